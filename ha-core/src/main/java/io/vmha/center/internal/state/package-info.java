/**
 * What a center knows and wants: observed facts, desired state and open faults, each once, and the inventory that is computed
 * from them and from what open plans are still to do.
 *
 * <p>Uses the model, faults, policies, plans and the journal's values; confined to the center's loop. Start reading at {@link
 * io.vmha.center.internal.state.CenterState}.
 */
@NullMarked
package io.vmha.center.internal.state;

import org.jspecify.annotations.NullMarked;
