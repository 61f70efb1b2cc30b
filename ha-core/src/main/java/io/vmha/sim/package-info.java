/**
 * A datacenter in memory and in virtual time, behind the same interfaces as a real one: for trying the library out, for
 * what-if runs, and for tests.
 *
 * <p>Start reading at {@link io.vmha.sim.SimulatedDatacenter}.
 */
@NullMarked
package io.vmha.sim;

import org.jspecify.annotations.NullMarked;
