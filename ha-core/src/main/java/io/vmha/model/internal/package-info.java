/**
 * How values of ours are generated, which no user needs.
 *
 * <p>Uses nothing of the library. Start reading at {@link io.vmha.model.internal.HaStyle}.
 */
@NullMarked
package io.vmha.model.internal;

import org.jspecify.annotations.NullMarked;
