/**
 * What went wrong: reports of faults in virtual machines and hosts, as immutable values.
 *
 * <p>Uses the model only. Start reading at {@link io.vmha.fault.FaultReport}.
 */
@NullMarked
package io.vmha.fault;

import org.jspecify.annotations.NullMarked;
