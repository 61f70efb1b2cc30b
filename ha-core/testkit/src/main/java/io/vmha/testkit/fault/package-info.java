/**
 * Faults on demand: an adapter around a user's own, or around the simulation's, that fails and lies as real platforms do. Uses
 * {@code ha-core}. Start reading at {@link io.vmha.testkit.fault.FaultyAdapter}.
 */
@NullMarked
package io.vmha.testkit.fault;

import org.jspecify.annotations.NullMarked;
