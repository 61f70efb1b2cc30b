/**
 * The management center's loop: takes reports, readings and operators' calls, decides what is needed, and hands plans to the
 * executor. Exported to nobody.
 *
 * <p>Start reading at {@link io.vmha.center.internal.CenterLoop}.
 */
@NullMarked
package io.vmha.center.internal;

import org.jspecify.annotations.NullMarked;
