/**
 * What a store has to give so that management centers on several hosts agree on one leader and share its journal.
 *
 * <p>Start reading at {@link io.vmha.group.store.CoordinationStore}.
 */
@NullMarked
package io.vmha.group.store;

import org.jspecify.annotations.NullMarked;
