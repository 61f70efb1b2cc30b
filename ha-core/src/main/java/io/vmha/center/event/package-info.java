/**
 * What a management center tells: events, outcomes, and views of what is open, held and unmet.
 *
 * <p>Start reading at {@link io.vmha.center.event.HaEvent}.
 */
@NullMarked
package io.vmha.center.event;

import org.jspecify.annotations.NullMarked;
