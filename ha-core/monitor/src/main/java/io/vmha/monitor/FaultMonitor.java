package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;
import static io.vmha.monitor.internal.Checks.checkState;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.monitor.report.FaultReporter;
import io.vmha.monitor.report.GuestFault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the machine that it runs in: runs probes on a schedule and, when one fails for long enough, reports the fault and
 * isolates the machine.
 *
 * <p>A probe that hangs keeps its own thread and nothing else: no second look starts beside it, and the others go on. Thread-safe.
 */
public final class FaultMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FaultMonitor.class);

    private final MonitorScheduler scheduler;
    private final FaultReporter reporter;
    private final Optional<Duration> heartbeat;
    private final FaultResponse response;
    private final Supplier<Optional<IsolationLimit>> counting;
    private final Duration bootGrace;
    private final List<WatchRun> runs;
    private volatile Optional<IsolationLimit> limit = Optional.empty();

    private FaultMonitor(Builder settings) {
        // Every probe may hang, its interruption and the question why; a report, a heartbeat and the isolation need a
        // thread still.
        scheduler = settings.scheduler.orElseGet(() -> new ThreadedMonitorScheduler(2 * settings.watches.size() + 4));
        reporter = settings.reporter;
        heartbeat = settings.heartbeat;
        MonitorListener listener = guarded(settings.listener);
        response = new FaultResponse(settings, scheduler, listener, settings.isolation.orElseThrow());
        counting = settings.counting();
        bootGrace = settings.bootGrace;
        runs = settings.watches.stream()
                .map(watch -> new WatchRun(watch, scheduler, listener, response))
                .toList();
    }

    private static MonitorListener guarded(MonitorListener listener) {
        return event -> {
            try {
                listener.on(event);
            } catch (RuntimeException | Error thrown) {
                // What follows for the machine must not depend on who is told.
                LOG.error("a listener of the monitor failed", thrown);
            }
        };
    }

    /**
     * Begins to watch, every probe at once; call it once. Writes down that the VM was started, unless isolations are not counted.
     */
    public void start() {
        Optional<IsolationLimit> row = counting.get();
        limit = row;
        row.flatMap(IsolationLimit::refusal)
                .ifPresent(why -> LOG.warn("faults are reported, and this VM is not isolated: {}", why));
        Duration grace = graceLeft();
        scheduler.execute(() -> {
            row.ifPresent(response::limitBy);
            runs.forEach(run -> run.begin(!grace.isZero()));
        });
        scheduler.schedule(grace, () -> runs.forEach(WatchRun::endGrace));
        heartbeat.ifPresent(every -> scheduler.execute(() -> beat(every)));
        row.ifPresent(this::settle);
    }

    /** What is left of the grace after the boot: all of it where nobody can say how long ago that was. */
    private Duration graceLeft() {
        Duration left = bootGrace.minus(scheduler.uptime().orElse(Duration.ZERO));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** A machine that has run for long enough without a fault begins a new row of isolations. */
    private void settle(IsolationLimit row) {
        scheduler.schedule(IsolationLimit.SETTLING, () -> {
            if (response.isQuietFor(IsolationLimit.SETTLING)) {
                scheduler.call(row::settled);
            }
            settle(row);
        });
    }

    private void beat(Duration every) {
        scheduler.schedule(every, () -> beat(every));
        scheduler.call(reporter::heartbeat);
    }

    /** Whether this machine is being isolated at this moment; then it should not be stopped. */
    public CompletionStage<Boolean> isIsolating() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        scheduler.execute(() -> answer.complete(response.isIsolating()));
        return answer;
    }

    /**
     * Stops watching, without waiting for what hangs. A VM that is not being isolated is stopped in order: this start counts as no
     * isolation. Calling it again does nothing.
     */
    @Override
    public void close() {
        scheduler.close();
        Optional<IsolationLimit> row = limit;
        limit = Optional.empty();
        row.ifPresent(IsolationLimit::stopped);
    }

    /** Returns a builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** Sets a monitor up. Not thread-safe. */
    public static final class Builder {
        private final List<Watch> watches = new ArrayList<>();
        private MonitorListener listener = event -> {};
        private Optional<Isolation> isolation = Optional.empty();
        private Optional<MonitorScheduler> scheduler = Optional.empty();
        private Optional<Duration> heartbeat = Optional.empty();
        FaultReporter reporter = new NoReporter();
        IsolationOrder order = IsolationOrder.REPORT_FIRST;
        Duration reportWait = Duration.ofSeconds(5);
        Duration bootGrace = Duration.ofMinutes(1);
        private Path stateFolder = IsolationLimit.FOLDER;
        private Optional<Integer> isolationsInARow = Optional.of(IsolationLimit.MOST);
        private Path bootId = IsolationLimit.BOOT;

        private Builder() {}

        /** Adds a watch; there must be one at least. */
        @CanIgnoreReturnValue
        public Builder watch(Watch watch) {
            watches.add(watch);
            return this;
        }

        /** Sets how the machine is isolated: a {@link PowerOff}, or a hook. There is no default: to power off must be asked for. */
        @CanIgnoreReturnValue
        public Builder isolation(Isolation how) {
            isolation = Optional.of(how);
            return this;
        }

        /** Sets where faults and heartbeats go. Default: nowhere. */
        @CanIgnoreReturnValue
        public Builder reporter(FaultReporter where) {
            reporter = where;
            return this;
        }

        /** Sets which comes first. Default {@link IsolationOrder#REPORT_FIRST}. */
        @CanIgnoreReturnValue
        public Builder order(IsolationOrder which) {
            order = which;
            return this;
        }

        /**
         * Sets how long isolation waits for a report's answer, 0 or more. Default 5 seconds.
         *
         * @throws IllegalArgumentException if it is negative
         */
        @CanIgnoreReturnValue
        public Builder reportWait(Duration most) {
            checkArgument(!most.isNegative(), "reportWait must be 0 or more: %s", most);
            reportWait = most;
            return this;
        }

        /**
         * Has a heartbeat sent at an interval. Default: none.
         *
         * @throws IllegalArgumentException if the interval is not more than 0
         */
        @CanIgnoreReturnValue
        public Builder heartbeat(Duration every) {
            checkArgument(!every.isNegative() && !every.isZero(), "heartbeat must be more than 0: %s", every);
            heartbeat = Optional.of(every);
            return this;
        }

        /**
         * Sets for how long after the VM's boot nothing becomes a fault, 0 or more: its services come up and what is mounted changes.
         * What is left of it counts when the monitor is started. Default: 1 minute.
         *
         * @throws IllegalArgumentException if it is negative
         */
        @CanIgnoreReturnValue
        public Builder bootGrace(Duration howLong) {
            checkArgument(!howLong.isNegative(), "bootGrace must be 0 or more: %s", howLong);
            bootGrace = howLong;
            return this;
        }

        /**
         * Sets how many isolations in a row, each soon after a start, there may be, 1 or more; after as many the VM stays up, and that
         * is told by {@link MonitorEvent.IsolationWithheld}. Ten minutes without a fault, or an orderly stop, end a row. Default: 2.
         *
         * <p>Where they cannot be counted, since the {@link #stateFolder} cannot be written, faults are reported and nothing is isolated.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        @CanIgnoreReturnValue
        public Builder isolationsInARow(int most) {
            checkArgument(most >= 1, "isolationsInARow must be 1 or more: %s", most);
            isolationsInARow = Optional.of(most);
            return this;
        }

        /** Has isolations not counted: a VM that finds a fault at each of its starts is isolated at each, for ever. */
        @CanIgnoreReturnValue
        public Builder anyNumberOfIsolations() {
            isolationsInARow = Optional.empty();
            return this;
        }

        /**
         * Sets where isolations are counted, across boots; made for this user alone (mode 0700) if it is missing. It and the folders
         * above it are root's or this user's own, or sticky. Default: {@code /var/lib/vmha}.
         */
        @CanIgnoreReturnValue
        public Builder stateFolder(Path folder) {
            stateFolder = folder;
            return this;
        }

        /** Sets the file that tells one boot from another. */
        @CanIgnoreReturnValue
        Builder bootId(Path file) {
            bootId = file;
            return this;
        }

        private Supplier<Optional<IsolationLimit>> counting() {
            Path folder = stateFolder;
            Path boot = bootId;
            Optional<Integer> most = isolationsInARow;
            return () -> most.map(number -> IsolationLimit.start(folder, number, boot));
        }

        /** Sets who is told what happens. Default: nobody. */
        @CanIgnoreReturnValue
        public Builder listener(MonitorListener who) {
            listener = who;
            return this;
        }

        /** Sets time and threads. Default: a {@link ThreadedMonitorScheduler}. The monitor closes it. */
        @CanIgnoreReturnValue
        public Builder scheduler(MonitorScheduler timeAndThreads) {
            scheduler = Optional.of(timeAndThreads);
            return this;
        }

        /**
         * Makes the monitor, which does nothing before it is started.
         *
         * @throws IllegalStateException if there is no watch or no isolation
         * @throws IllegalArgumentException if two have the same name
         */
        public FaultMonitor build() {
            checkState(!watches.isEmpty(), "a monitor needs a watch");
            checkState(isolation.isPresent(), "a monitor needs an isolation");
            Set<String> names = new HashSet<>();
            watches.forEach(watch ->
                    checkArgument(names.add(watch.name()), "two watches have the same name: %s", watch.name()));
            return new FaultMonitor(this);
        }
    }

    private static final class NoReporter implements FaultReporter {
        @Override
        public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
            return CompletableFuture.completedFuture(false);
        }

        @Override
        public void heartbeat() {}
    }
}
