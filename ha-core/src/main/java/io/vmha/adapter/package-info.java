/**
 * What the library asks of the world: the interfaces that hypervisors, load balancers, fencing devices and databases
 * stand behind.
 *
 * <p>Every operation is idempotent and has a deadline, and tells failure by an {@link io.vmha.adapter.AdapterException}
 * that says whether a retry can help. Start reading at {@link io.vmha.adapter.HypervisorAdapter}.
 */
@NullMarked
package io.vmha.adapter;

import org.jspecify.annotations.NullMarked;
