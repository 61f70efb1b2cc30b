package io.vmha.monitor.broken;

import io.vmha.monitor.contract.FaultReporterTestbed;
import io.vmha.monitor.contract.FaultReporterTestbed.Told;
import io.vmha.monitor.report.FaultReporter;
import io.vmha.monitor.report.GuestFault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A reporter that keeps the contract, to a center in memory, for broken ones to be made of. */
class ModelReporter implements FaultReporter {
    static final Duration CONFIRM_WAIT = Duration.ofSeconds(1);

    final Center center;

    ModelReporter(Center center) {
        this.center = center;
    }

    /** A center that answers at once or never. Thread-safe. */
    static final class Center {
        final List<Told> reports = new CopyOnWriteArrayList<>();
        final List<Told> advisories = new CopyOnWriteArrayList<>();
        final AtomicInteger heartbeats = new AtomicInteger();
        volatile boolean isSilent;
        volatile boolean refuses;

        CompletableFuture<Boolean> take(List<Told> where, GuestFault kind, Instant observedAt) {
            where.add(new Told(kind, observedAt));
            return isSilent ? new CompletableFuture<>() : CompletableFuture.completedFuture(!refuses);
        }
    }

    private static CompletionStage<Boolean> bounded(CompletableFuture<Boolean> answer) {
        return answer.completeOnTimeout(false, CONFIRM_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
        return bounded(center.take(center.reports, kind, observedAt));
    }

    @Override
    public CompletionStage<Boolean> advise(GuestFault kind, String detail, Instant observedAt) {
        return bounded(center.take(center.advisories, kind, observedAt));
    }

    @Override
    public void heartbeat() {
        center.heartbeats.incrementAndGet();
    }

    /** Tries what is made for a center. */
    record Testbed(Center center, FaultReporter reporter, Duration patience) implements FaultReporterTestbed {
        Testbed(Function<Center, FaultReporter> lie, Duration patience) {
            this(new Center(), lie, patience);
        }

        private Testbed(Center center, Function<Center, FaultReporter> lie, Duration patience) {
            this(center, lie.apply(center), patience);
        }

        @Override
        public List<Told> reports() {
            return center.reports;
        }

        @Override
        public List<Told> advisories() {
            return center.advisories;
        }

        @Override
        public int heartbeats() {
            return center.heartbeats.get();
        }

        @Override
        public boolean advises() {
            return true;
        }

        @Override
        public void silence() {
            center.isSilent = true;
        }

        @Override
        public void refuse() {
            center.refuses = true;
        }

        @Override
        public void heal() {
            center.isSilent = false;
            center.refuses = false;
        }

        @Override
        public Duration confirmWait() {
            return CONFIRM_WAIT;
        }

        @Override
        public void close() {}
    }
}
