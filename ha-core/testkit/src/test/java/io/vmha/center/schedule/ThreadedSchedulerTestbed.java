package io.vmha.center.schedule;

import io.vmha.testkit.contract.SchedulerTestbed;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** Real threads and a clock that can be set, under a scheduler that may be another's. */
public final class ThreadedSchedulerTestbed implements SchedulerTestbed {
    private final AtomicReference<Duration> offset = new AtomicReference<>(Duration.ZERO);
    private final CenterScheduler real =
            new ThreadedScheduler(() -> Instant.now().plus(offset.get()));
    private final CenterScheduler scheduler;
    private final Duration patience;

    /** A scheduler that is made of one that keeps the contract. */
    public ThreadedSchedulerTestbed(UnaryOperator<CenterScheduler> made, Duration patience) {
        this.scheduler = made.apply(real);
        this.patience = patience;
    }

    @Override
    public CenterScheduler scheduler() {
        return scheduler;
    }

    @Override
    public boolean setClock(Duration by) {
        offset.updateAndGet(by::plus);
        return true;
    }

    @Override
    public Duration patience() {
        return patience;
    }

    @Override
    public void close() {
        real.close();
    }
}
