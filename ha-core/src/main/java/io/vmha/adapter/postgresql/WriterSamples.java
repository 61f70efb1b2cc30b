package io.vmha.adapter.postgresql;

import io.vmha.model.LogPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the writer's log ended at which moments, so that the age of a change can be told without trust in anybody else's
 * clock, and so that a writer that was idle for long and then writes makes nobody lag by that long.
 *
 * <p>Guarded by its own monitor. Holds at most {@value #MOST} samples: of older ones, every other is dropped.
 */
final class WriterSamples {
    static final int MOST = 512;

    private record Sample(LogPosition end, Instant at) {}

    private final List<Sample> samples = new ArrayList<>();

    /**
     * Adds a sample.
     *
     * @param end where the log ended, or further on by now
     * @param at a moment at which it did not end any further
     */
    synchronized void add(LogPosition end, Instant at) {
        Sample last = samples.isEmpty() ? null : samples.get(samples.size() - 1);
        if (last != null
                && (at.isBefore(last.at()) || end.timeline() != last.end().timeline())) {
            // Nothing that was measured before a change of the clock or of the timeline compares.
            samples.clear();
        }
        samples.add(new Sample(end, at));
        if (samples.size() > MOST) {
            for (int i = samples.size() - 2; i >= 0; i -= 2) {
                samples.remove(i);
            }
        }
    }

    /** The most that the oldest change can be old that comes after the position; empty where no sample tells. */
    synchronized Optional<Duration> ageOfChangesAfter(LogPosition position, Instant now) {
        for (int i = samples.size() - 1; i >= 0; i--) {
            Sample sample = samples.get(i);
            if (position.includes(sample.end())) {
                return Optional.of(Duration.between(sample.at(), now)).filter(age -> !age.isNegative());
            }
        }
        return Optional.empty();
    }
}
