/**
 * The time and the threads of a management center.
 *
 * <p>Start reading at {@link io.vmha.center.schedule.CenterScheduler}.
 */
@NullMarked
package io.vmha.center.schedule;

import org.jspecify.annotations.NullMarked;
