package io.vmha.monitor.report;

import static io.vmha.monitor.internal.Checks.checkArgument;
import static io.vmha.monitor.internal.Checks.checkState;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports to management centers over HTTP, with signed messages. Thread-safe: its state is confined to its one thread.
 *
 * <p>A report goes to all centers at once and again, after a growing and random time, until one confirms it with a signature
 * of the same key; it is never dropped, unless a center says with such a signature that it is stale. Of heartbeats that wait, the newest is sent, and not again; a report that is
 * long unanswered does not hold them up. Where very many
 * reports wait, one of a kind that waits already shares the fate of that one.
 *
 * <p>Numbers are microseconds of the clock, and higher than the last, so that they go on after a restart without anything on a
 * disk. After a clock was set back by less than 29 seconds they go on ahead of it, which a receiver takes; after more they begin
 * again, since a receiver whose clock is right has taken none of that clock's. Only a restart after a clock was set back has
 * messages refused until it has caught up, for no longer than the receiver's time window.
 */
public final class HttpFaultReporter implements FaultReporter, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpFaultReporter.class);
    private static final int MAX_WAITING = OpenReports.MOST_OF_ONE_VM;
    private static final long MICROS_A_MILLI = 1_000;
    /**
     * How far numbers may run ahead of a clock that was set back: a little less than a receiver's time window is by default, so
     * that none is refused after a step that left all earlier ones within it.
     */
    private static final Duration MAX_AHEAD = Duration.ofSeconds(29);
    /** A heartbeat that overtook a report would make it look old, and it would have to be sent again. */
    private static final Duration ARRIVES_WITHIN = Duration.ofMillis(500);

    private final CenterChannel channel;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Duration confirmWait;
    private final Duration firstRetry;
    private final Duration longestRetry;
    private final ScheduledThreadPoolExecutor loop;

    // Confined to the loop.
    private final ReportQueue faults = new ReportQueue(MAX_WAITING, false);
    private final ReportQueue advisories = new ReportQueue(MAX_WAITING, true);
    private boolean heartbeat;
    private boolean heartbeatUnderWay;
    private boolean heartbeatsMayPass;
    private long lastNumber;

    private HttpFaultReporter(Builder settings, String receiver, VmName vm, ReportKey key) {
        this.channel = new CenterChannel(receiver, vm, key, settings.centers, settings.client, settings.requestTimeout);
        this.clock = settings.clock;
        this.random = settings.random;
        this.confirmWait = settings.confirmWait;
        this.firstRetry = settings.firstRetry;
        this.longestRetry = settings.longestRetry;
        this.loop = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "fault-reporter");
            thread.setDaemon(true);
            return thread;
        });
        loop.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Returns a builder. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@inheritDoc}
     *
     * <p>It says false when no center confirmed within the time to wait, and the report is tried on all the same; and at once when a
     * center says that it is stale.
     *
     * @throws java.util.concurrent.RejectedExecutionException if it is closed
     */
    @Override
    public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
        return send(faults, kind, detail, observedAt);
    }

    /**
     * {@inheritDoc}
     *
     * <p>It is tried on as a report is, and holds up none: reports go first, and overtake it.
     *
     * @throws java.util.concurrent.RejectedExecutionException if it is closed
     */
    @Override
    public CompletionStage<Boolean> advise(GuestFault kind, String detail, Instant observedAt) {
        return send(advisories, kind, detail, observedAt);
    }

    private CompletionStage<Boolean> send(ReportQueue queue, GuestFault kind, String detail, Instant observedAt) {
        CompletableFuture<Boolean> confirmed = new CompletableFuture<>();
        loop.execute(() -> {
            if (!queue.share(kind, confirmed)) {
                queue.add(new ReportQueue.Waiting(
                        kind, CenterChannel.printable(detail), observedAt, nextNumber(), confirmed));
            }
            sendNext();
        });
        return confirmed.completeOnTimeout(false, confirmWait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.util.concurrent.RejectedExecutionException if it is closed
     */
    @Override
    public void heartbeat() {
        loop.execute(() -> {
            heartbeat = true;
            sendNext();
        });
    }

    private void sendNext() {
        faults.due().ifPresent(fault -> sendFault(faults, fault));
        if (faults.isEmpty()) {
            advisories.due().ifPresent(advisory -> sendFault(advisories, advisory));
        }
        boolean isClear = !faults.isUnderWay() && !advisories.isUnderWay();
        if (heartbeat && !heartbeatUnderWay && (isClear || heartbeatsMayPass)) {
            sendHeartbeat();
        }
    }

    private void sendFault(ReportQueue queue, ReportQueue.Waiting fault) {
        if (fault.report() > latestNumber()) {
            // Of a clock that was ahead since: no receiver takes it before that time.
            fault.number(nextNumber());
        }
        queue.begin();
        heartbeatsMayPass = false;
        ScheduledFuture<?> arrived =
                loop.schedule(this::letHeartbeatsPass, ARRIVES_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        channel.send(new CenterChannel.Content(
                        nextNumber(),
                        clock.instant(),
                        fault.report(),
                        Optional.of(fault.kind()),
                        queue.isAdvisory(),
                        fault.observedAt(),
                        fault.detail()))
                .thenAcceptAsync(
                        verdict -> {
                            arrived.cancel(false);
                            faultSent(queue, fault.kind(), verdict);
                        },
                        loop);
    }

    private void letHeartbeatsPass() {
        heartbeatsMayPass = true;
        sendNext();
    }

    private void faultSent(ReportQueue queue, GuestFault kind, CenterChannel.Verdict verdict) {
        switch (verdict) {
            case CONFIRMED -> queue.ended(true);
            case STALE -> {
                // What goes on is observed again, and reported as of then.
                LOG.warn("A center says that the report of {} is stale: it is not sent again", kind);
                queue.ended(false);
            }
            case UNKNOWN_VM -> {
                LOG.warn("A center does not know this VM yet: the report of {} is sent again", kind);
                pause(queue);
            }
            case NONE -> pause(queue);
        }
        sendNext();
    }

    private void pause(ReportQueue queue) {
        long most = Math.min(longestRetry.toMillis(), firstRetry.toMillis() << Math.min(queue.failed() - 1, 20));
        Runnable tryAgain = () -> {
            queue.resume();
            sendNext();
        };
        ScheduledFuture<?> unused =
                loop.schedule(tryAgain, Math.max(1, most / 2 + random.nextLong(most / 2 + 1)), TimeUnit.MILLISECONDS);
    }

    private void sendHeartbeat() {
        heartbeatUnderWay = true;
        heartbeat = false;
        long number = nextNumber();
        Instant now = clock.instant();
        channel.send(new CenterChannel.Content(number, now, number, Optional.empty(), false, now, ""))
                .thenRunAsync(
                        () -> {
                            heartbeatUnderWay = false;
                            sendNext();
                        },
                        loop);
    }

    private long nextNumber() {
        long byClock = clock.millis() * MICROS_A_MILLI;
        // Numbers of a clock that was far ahead are given up: a receiver takes none that lies past its time.
        lastNumber = lastNumber >= latestNumber() ? byClock : Math.max(lastNumber + 1, byClock);
        return lastNumber;
    }

    private long latestNumber() {
        return clock.millis() * MICROS_A_MILLI + TimeUnit.MILLISECONDS.toMicros(MAX_AHEAD.toMillis());
    }

    /** Stops sending; stages that wait for a confirmation say false when their time is over. */
    @Override
    public void close() {
        loop.shutdownNow();
    }

    /** Builds a reporter. Not thread-safe. */
    public static final class Builder {
        private Optional<String> receiver = Optional.empty();
        private Optional<VmName> vm = Optional.empty();
        private Optional<ReportKey> key = Optional.empty();
        private final List<URI> centers = new ArrayList<>();
        private HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private Duration requestTimeout = Duration.ofSeconds(6);
        private Duration confirmWait = Duration.ofMinutes(1);
        private Duration firstRetry = Duration.ofMillis(200);
        private Duration longestRetry = Duration.ofSeconds(10);
        private InstantSource clock = InstantSource.system();
        // Of the base module: a runtime that is linked for a monitor may have no other.
        private RandomGenerator random = new SplittableRandom();

        private Builder() {}

        /** Sets the machine that it speaks for, and the key that it signs with. */
        public Builder vm(VmName machine, ReportKey machinesKey) {
            vm = Optional.of(machine);
            key = Optional.of(machinesKey);
            return this;
        }

        /**
         * Sets the name of the receiver that messages are for, which all centers have that stand in for each other.
         *
         * @throws IllegalArgumentException if it is not 1 to 64 letters, digits, dots, underscores and hyphens
         */
        public Builder receiver(String name) {
            checkArgument(
                    ReportKey.isId(name),
                    "receiver must be 1 to 64 letters, digits, dots, underscores or hyphens: %s",
                    name);
            receiver = Optional.of(name);
            return this;
        }

        /**
         * Adds a center: the whole address of its receiver.
         *
         * @throws IllegalArgumentException if it is not an http or https address with a host
         */
        public Builder center(URI address) {
            boolean isHttp = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            checkArgument(
                    isHttp && address.getHost() != null, "a center must be an http or https address: %s", address);
            centers.add(address);
            return this;
        }

        /** Sets the client: with an SSL context for TLS, which has this machine's certificate for mutual TLS. */
        public Builder client(HttpClient http) {
            client = http;
            return this;
        }

        /** Sets how long a center may take to answer, at least 1 ms. Default 6 seconds. */
        public Builder requestTimeout(Duration most) {
            requestTimeout = atLeastOneMilli("requestTimeout", most);
            return this;
        }

        /** Sets after how long a report's stage says that none confirmed, at least 1 ms. Default 1 minute. */
        public Builder confirmWait(Duration most) {
            confirmWait = atLeastOneMilli("confirmWait", most);
            return this;
        }

        /**
         * Sets the longest time before the second try, and before any try, at least 1 ms each. It doubles from one to the
         * other; half of it is random. Defaults 200 ms and 10 seconds.
         *
         * @throws IllegalArgumentException if one is less, or the first longer than the second
         */
        public Builder retry(Duration first, Duration longest) {
            firstRetry = atLeastOneMilli("first", first);
            longestRetry = atLeastOneMilli("longest", longest);
            checkArgument(first.compareTo(longest) <= 0, "first %s must not be longer than longest %s", first, longest);
            checkArgument(longest.compareTo(Duration.ofDays(1)) <= 0, "longest must be at most a day: %s", longest);
            return this;
        }

        /** Sets the clock and the randomness of pauses. Default the system's. */
        public Builder clock(InstantSource time, RandomGenerator chance) {
            clock = time;
            random = chance;
            return this;
        }

        /**
         * Returns the reporter.
         *
         * @throws IllegalStateException if the machine, the receiver or a center is missing
         */
        public HttpFaultReporter build() {
            checkState(vm.isPresent() && key.isPresent(), "a reporter needs a machine and its key");
            checkState(!centers.isEmpty(), "a reporter needs a center");
            checkState(receiver.isPresent(), "a reporter needs the receiver's name");
            return new HttpFaultReporter(this, receiver.orElseThrow(), vm.orElseThrow(), key.orElseThrow());
        }

        private static Duration atLeastOneMilli(String name, Duration duration) {
            checkArgument(duration.compareTo(Duration.ofMillis(1)) >= 0, "%s must be 1 ms or more: %s", name, duration);
            return duration;
        }
    }
}
