/**
 * What is to be done: actions, and plans that order them.
 *
 * <p>Values and pure functions only: nothing here has an effect. Uses the model, faults and policy. Start reading at
 * {@link io.vmha.plan.Plan}.
 */
@NullMarked
package io.vmha.plan;

import org.jspecify.annotations.NullMarked;
