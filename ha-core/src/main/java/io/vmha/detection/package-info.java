/**
 * Finds who has fallen silent: from heartbeats of monitors and hosts to fault reports.
 *
 * <p>Uses the model and faults only, and asks no clock: every moment is an argument. Start reading at {@link
 * io.vmha.detection.LivenessTracker}.
 */
@NullMarked
package io.vmha.detection;

import org.jspecify.annotations.NullMarked;
