package io.vmha.group;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.fault.FaultReport;
import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReadingToken;
import io.vmha.policy.Decision;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a group of management centers, of which one leads: it stands in for leadership, builds its center when it is elected,
 * on the journal that the group shares, closes it when it does not lead any more, and builds it again.
 *
 * <pre>{@code
 * CenterGroup group = CenterGroup.builder()
 *         .store(ZooKeeperStore.connect(ZooKeeperConfig.of("zk1:2181,zk2:2181,zk3:2181", "/vmha")))
 *         .site("site-a")
 *         .instance(new Instance("ha-1", "https://ha-1:8443"))
 *         .center((leadership, journal) -> ManagementCenter.builder()
 *                 .leadership(leadership).journal(journal).inventory(adapter.discover(...)) ... .build())
 *         .build();
 * group.accept(report);
 * }</pre>
 *
 * <p>What is asked of an instance that does not lead fails with a {@link NotLeaderException} that names the leader's address. While
 * nobody can lead, as without the store, nothing acts.
 *
 * <p>Thread-safe. Two threads work for it: one keeps the lease, the other builds and closes centers.
 */
public final class CenterGroup implements AutoCloseable {
    private static final Duration SHORTEST = Duration.ofMillis(300);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int TURNS_OF_A_LEASE = 24;

    private final Candidate candidate;
    private final ScheduledExecutorService clock;
    private final ScheduledExecutorService builder;

    private CenterGroup(Candidate candidate, String site, Duration pause) {
        this.candidate = candidate;
        this.clock = Executors.newSingleThreadScheduledExecutor(daemon("ha-lease-" + site));
        this.builder = Executors.newSingleThreadScheduledExecutor(daemon("ha-group-" + site));
        long nanos = pause.toNanos();
        ScheduledFuture<?> unusedTurns = clock.scheduleWithFixedDelay(candidate::turn, 0, nanos, TimeUnit.NANOSECONDS);
        ScheduledFuture<?> unusedWorks =
                builder.scheduleWithFixedDelay(candidate::work, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private static ThreadFactory daemon(String name) {
        return new ThreadFactoryBuilder()
                .setNameFormat(name.replace("%", "%%"))
                .setDaemon(true)
                .build();
    }

    /** How long an instance waits before it looks again who leads. */
    static Duration pause(Duration lease) {
        Duration part = lease.dividedBy(TURNS_OF_A_LEASE);
        return part.compareTo(LONGEST_PAUSE) < 0 ? part : LONGEST_PAUSE;
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /** Takes a report, as {@link ManagementCenter#submit} does, where this instance leads. */
    public CompletionStage<DecisionOutcome> submit(FaultReport report) {
        return call(center -> center.submit(report));
    }

    /** Takes a report, as {@link ManagementCenter#accept} does, where this instance leads. */
    public CompletionStage<Decision> accept(FaultReport report) {
        return call(center -> center.accept(report));
    }

    /** Issues a token for a reading, as {@link ManagementCenter#beginReading} does, where this instance leads. */
    public CompletionStage<ReadingToken> beginReading() {
        return call(ManagementCenter::beginReading);
    }

    /** Takes a reading, as {@link ManagementCenter#observe} does, where this instance leads. */
    public CompletionStage<Inventory> observe(ReadingToken token, PlatformSnapshot snapshot) {
        return call(center -> center.observe(token, snapshot));
    }

    /**
     * Asks the leading center for anything.
     *
     * @return what the center returns; exceptionally with a {@link NotLeaderException} that names the leader's address, if there is one,
     *     where this instance does not lead, or not any more
     */
    public <T> CompletionStage<T> call(Function<ManagementCenter, CompletionStage<T>> question) {
        Optional<ManagementCenter> center = candidate.center();
        if (center.isEmpty()) {
            return CompletableFuture.failedFuture(candidate.notLeader());
        }
        return question.apply(center.get()).exceptionallyCompose(thrown -> {
            Throwable cause =
                    thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            return CompletableFuture.failedFuture(cause instanceof NotLeaderException ? candidate.notLeader() : cause);
        });
    }

    /** How the group is, as this instance saw it last. Quick. */
    public GroupHealth health() {
        return candidate.health();
    }

    /**
     * Hands the leadership over, as before an upgrade: the center ends what is under way and is closed, and another instance leads at
     * once, without waiting for a lease to run out.
     *
     * @param successor the name of the instance that is to lead next; empty where that is any other
     * @return completes when the leadership is left; exceptionally with a {@link NotLeaderException} where this instance does not lead, and
     *     with an {@link IllegalStateException} where no such instance is alive
     */
    public CompletionStage<Void> handOver(Optional<String> successor) {
        return candidate.handOver(successor);
    }

    /** Leaves the group: closes the center and the journal, and leaves the leadership to the others. The store stays open. */
    @Override
    public void close() {
        candidate.close();
        clock.shutdown();
        builder.shutdown();
        try {
            boolean unused = clock.awaitTermination(GRACE.toNanos(), TimeUnit.NANOSECONDS)
                    && builder.awaitTermination(GRACE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Builds an instance; not thread-safe. */
    public static final class Builder {
        private @Nullable CoordinationStore store;
        private @Nullable Instance instance;
        private @Nullable CenterFactory factory;
        private String site = "main";
        private Duration lease = Duration.ofSeconds(6);
        private LongSupplier nanos = System::nanoTime;

        private Builder() {}

        /** Sets the store that the group shares; it stays its owner's to close, after this instance. Required. */
        @CanIgnoreReturnValue
        public Builder store(CoordinationStore chosen) {
            store = chosen;
            return this;
        }

        /** Sets who this instance is. Required. */
        @CanIgnoreReturnValue
        public Builder instance(Instance chosen) {
            instance = chosen;
            return this;
        }

        /** Sets what builds the center of each term. Required. */
        @CanIgnoreReturnValue
        public Builder center(CenterFactory chosen) {
            factory = chosen;
            return this;
        }

        /**
         * Sets what the group leads; groups of different sites share nothing but the store. Default {@code main}.
         *
         * @throws IllegalArgumentException if it is no key of a store
         */
        @CanIgnoreReturnValue
        public Builder site(String chosen) {
            site = Change.checkedKey(chosen);
            return this;
        }

        /**
         * Sets how long an instance leads without renewing that, 300 ms or more. Default 6 seconds. Where a leader dies, another leads 1.2
         * times that later.
         *
         * @throws IllegalArgumentException if it is shorter
         */
        @CanIgnoreReturnValue
        public Builder lease(Duration chosen) {
            checkArgument(chosen.compareTo(SHORTEST) >= 0, "lease must be %s or more: %s", SHORTEST, chosen);
            lease = chosen;
            return this;
        }

        /** Sets the clock that leases are counted by, in nanoseconds; it must not jump. For tests. */
        @CanIgnoreReturnValue
        Builder nanos(LongSupplier chosen) {
            nanos = chosen;
            return this;
        }

        /**
         * Returns the instance, which stands for leadership from now on.
         *
         * @throws IllegalStateException if the store, the instance or the center is missing
         */
        public CenterGroup build() {
            checkState(store != null, "a center group needs a store");
            checkState(instance != null, "a center group needs an instance");
            checkState(factory != null, "a center group needs a center");
            Candidate candidate = new Candidate(new Candidate.Parts(store, site, instance, factory, lease, nanos));
            return new CenterGroup(candidate, site, pause(lease));
        }
    }
}
