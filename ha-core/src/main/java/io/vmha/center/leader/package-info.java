/**
 * Which of several management centers may act.
 *
 * <p>Start reading at {@link io.vmha.center.leader.Leadership}.
 */
@NullMarked
package io.vmha.center.leader;

import org.jspecify.annotations.NullMarked;
