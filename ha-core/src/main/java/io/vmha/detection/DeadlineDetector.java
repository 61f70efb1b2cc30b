package io.vmha.detection;

import java.time.Duration;
import java.time.Instant;

/** Suspects after a fixed silence. Not thread-safe. */
final class DeadlineDetector implements FailureDetector {
    private final Duration timeout;
    private Instant last;

    DeadlineDetector(Duration timeout, Instant since) {
        this.timeout = timeout;
        this.last = since;
    }

    @Override
    public void heartbeat(Instant at) {
        last = at;
    }

    @Override
    public void restart(Instant at) {
        last = at;
    }

    @Override
    public Instant suspectedAt() {
        return last.plus(timeout);
    }
}
