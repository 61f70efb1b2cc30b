/**
 * What adapters of ours share, and no user needs.
 *
 * <p>Uses nothing of the library. Start reading at {@link io.vmha.adapter.internal.PeerText}.
 */
@NullMarked
package io.vmha.adapter.internal;

import org.jspecify.annotations.NullMarked;
