/**
 * What should be done about a fault, and why: pure functions from an inventory and a report to a decision.
 *
 * <p>No I/O, no clock, no state: the same arguments give the same decision on every machine. Uses the model and faults.
 * Start reading at {@link io.vmha.policy.FailoverPolicy}; {@link io.vmha.policy.PrimaryThenStandbyPolicy} is the default, and
 * {@link io.vmha.policy.HaPolicies} takes everything that a user may choose or add.
 */
@NullMarked
package io.vmha.policy;

import org.jspecify.annotations.NullMarked;
