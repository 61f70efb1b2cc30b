/**
 * Carries plans out: the state machine of a step, the guards that are judged at each effect, and one handler for each kind of
 * action. Exported to nobody.
 *
 * <p>Uses what the center knows, and tells it through callbacks. Start reading at {@link
 * io.vmha.center.internal.execution.StepState}.
 */
@NullMarked
package io.vmha.center.internal.execution;

import org.jspecify.annotations.NullMarked;
