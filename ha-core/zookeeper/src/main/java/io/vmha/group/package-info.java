/**
 * Management centers on several hosts, of which one leads: who does, the journal that they share, and what builds the leader's center.
 *
 * <p>Uses a {@link io.vmha.group.store.CoordinationStore} for what has to be agreed. Start reading at {@link io.vmha.group.CenterGroup}.
 */
@NullMarked
package io.vmha.group;

import org.jspecify.annotations.NullMarked;
