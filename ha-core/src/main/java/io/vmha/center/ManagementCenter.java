package io.vmha.center;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.DatabasePromoter;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.IsolationLease;
import io.vmha.adapter.ReplicationMonitor;
import io.vmha.adapter.TrafficDirector;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondCheck;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.LoadSample;
import io.vmha.policy.PrimaryThenStandbyPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Takes fault reports, keeps the inventory, decides, and carries plans out (rules 4 and 6 of the reference design).
 *
 * <p>Every plan is written to the {@link PlanJournal} before its first action, every action before its effect and its
 * outcome after it: a center that is built on the same journal finishes what this one left. Only the leader acts. A center
 * that lost its {@link Leadership} carries out nothing more and takes nothing more; its successor is built anew.
 *
 * <p>Thread-safe: all state is confined to the scheduler's loop, except for the inventory, which is an immutable snapshot
 * that the loop alone replaces, and the filter of repeated reports.
 */
public final class ManagementCenter implements AutoCloseable {
    private final CenterLoop loop;
    private final CenterScheduler scheduler;
    private final Optional<HeartbeatWatch> heartbeats;
    private final Optional<ReplicationWatch> replication;

    private ManagementCenter(
            CenterLoop loop,
            CenterScheduler scheduler,
            Optional<HeartbeatWatch> heartbeats,
            Optional<ReplicationWatch> replication) {
        this.loop = loop;
        this.scheduler = scheduler;
        this.heartbeats = heartbeats;
        this.replication = replication;
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /** The inventory as the center knows it at this moment, with what is decided but not yet done counted in. */
    public Inventory inventory() {
        return loop.inventory();
    }

    /**
     * Takes a report, decides, and carries the plan out. A report that its source sent before, or that is older than one
     * of the same source about the same subject, is IGNORED as DUPLICATE or STALE.
     *
     * @return completes when the plan came to its end and that is written down, on the center's loop; what an adapter
     *     answers is in the outcome and is never thrown. Exceptionally with {@link NotLeaderException} where this center
     *     leads no more, with {@link IllegalStateException} where it is closed, and with what a policy of the user's threw:
     *     then the same report may be sent again
     */
    public CompletionStage<DecisionOutcome> submit(FaultReport report) {
        return loop.submit(report).ended();
    }

    /**
     * Takes a report as {@link #submit} does, for whoever only wants to know that it will not be lost: a monitor that
     * reports until it is confirmed.
     *
     * @return completes when what was decided is written down so that it survives a crash, and the plan goes on from there;
     *     exceptionally as {@link #submit} does, and for a repeated report where the journal cannot be written
     */
    public CompletionStage<Decision> accept(FaultReport report) {
        return loop.submit(report).recorded();
    }

    /**
     * Takes a heartbeat of a machine's monitor or of a host: once one came, its silence is noticed and, where it is a
     * failure, reported. Quick, and safe to call from many threads at once. One of an unknown sender is ignored.
     *
     * @throws IllegalStateException if no {@link Builder#detection} is set, or the center is closed
     */
    public void heartbeat(Heartbeat beat) {
        HeartbeatWatch watch = heartbeats.orElseThrow(
                () -> new IllegalStateException("heartbeats need detection to be set when the center is built"));
        try {
            watch.heartbeat(beat);
        } catch (RejectedExecutionException closed) {
            throw new IllegalStateException("the management center is closed", closed);
        }
    }

    boolean detectsSilence() {
        return heartbeats.isPresent();
    }

    /**
     * Takes a load sample, decides by rule 7 of the reference design, and carries the plan out.
     *
     * @return completes when the plan came to its end; exceptionally with an {@link IllegalArgumentException} where there is
     *     no such machine
     */
    public CompletionStage<DecisionOutcome> load(LoadSample sample) {
        return loop.load(sample);
    }

    /**
     * Takes a host out of service and evacuates it by live migration, or puts it back into service.
     *
     * @return completes when the evacuation came to its end; exceptionally with an {@link IllegalArgumentException} where
     *     there is no such host
     */
    public CompletionStage<DecisionOutcome> maintenance(HostId host, boolean on) {
        return loop.maintenance(host, on);
    }

    /**
     * Takes note that a machine is healthy and powered on again, and gives it its requests back, or holds the plan for that
     * until it is approved, as {@link FailoverConfig#failback} says.
     *
     * @return completes when the plan came to its end or is held; exceptionally with an {@link IllegalArgumentException}
     *     where there is no such machine
     */
    public CompletionStage<DecisionOutcome> repaired(VmId vm) {
        return loop.repaired(vm);
    }

    /**
     * Changes the inventory by what the orchestrator knows: a host that is back, a machine that was added or repaired, a
     * load sample.
     *
     * @param change a pure function from the present inventory to the next one; it runs on the center's loop
     * @return completes when it is done, exceptionally with what the function threw, and then nothing is changed
     */
    public CompletionStage<Inventory> update(UnaryOperator<Inventory> change) {
        return loop.update(change);
    }

    /** Releases a plan that is held, as {@link #approve(PlanId, String)} does, in the name of an operator unknown. */
    public CompletionStage<DecisionOutcome> approve(PlanId plan) {
        return approve(plan, "unknown operator");
    }

    /**
     * Releases a plan that is held, for an operator who takes responsibility for it. It is carried out as it was decided.
     *
     * @param plan its number
     * @param operator who approves it, for the journal and the audit log; not blank
     * @return completes when the plan came to its end; exceptionally with an {@link IllegalArgumentException} where no such
     *     plan is held
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<DecisionOutcome> approve(PlanId plan, String operator) {
        Preconditions.checkArgument(!operator.isBlank(), "operator must not be blank");
        return loop.approve(plan, operator);
    }

    /**
     * Takes note that a standby database may take over although it is further behind its source than {@link
     * FailoverConfig#maxReplicationLag} allows, so that what it has not applied is lost. It holds until it has caught up.
     * What was decided before stays: a machine that was left without a target is to be reported anew.
     *
     * @param vm the standby's machine
     * @param operator who takes responsibility for the loss, for the audit log; not blank
     * @return the inventory with it, once it is noted; exceptionally with an {@link IllegalArgumentException} where there is
     *     no such machine
     * @throws IllegalArgumentException if the operator is blank
     * @throws IllegalStateException if no {@link Builder#replicationMonitor} is set
     */
    public CompletionStage<Inventory> acceptReplicationLag(VmId vm, String operator) {
        Preconditions.checkArgument(!operator.isBlank(), "operator must not be blank");
        ReplicationWatch watch = replication.orElseThrow(
                () -> new IllegalStateException("there is no replication monitor whose lag could be accepted"));
        return loop.acceptReplicationLag(watch, vm, operator);
    }

    /** How it is: what is stuck, and since when. */
    public CompletionStage<CenterHealth> health() {
        return loop.health();
    }

    /**
     * Ends the center: no further step of any plan is started, and what is under way is waited for as the scheduler does.
     * Plans that are not at their end stay in the journal for the next center; who waits for them is told so by an {@link
     * IllegalStateException}. The adapter stays open, and so does a
     * journal that was given: they are their owner's to close. Calling it again does nothing.
     */
    @Override
    public void close() {
        loop.stop();
        scheduler.close();
        loop.closed();
    }

    /** Builds a center; not thread-safe. */
    public static final class Builder {
        private @Nullable HypervisorAdapter adapter;
        private @Nullable TrafficDirector trafficDirector;
        private @Nullable FailoverPolicy policy;
        private @Nullable CenterScheduler scheduler;
        private @Nullable PlanJournal journal;
        private @Nullable DetectionConfig detection;
        private @Nullable SecondCheck secondCheck;
        private @Nullable ReplicationMonitor replicationMonitor;
        private Duration replicationInterval = Duration.ofSeconds(1);
        private final ImmutableList.Builder<FencingDevice> fencingDevices = ImmutableList.builder();
        private final ImmutableList.Builder<HaListener> listeners = ImmutableList.builder();
        private Inventory inventory = Inventory.empty();
        private FailoverConfig failover = FailoverConfig.defaults();
        private CenterConfig config = CenterConfig.defaults();
        private Leadership leadership = Leadership.soleCenter();
        private IsolationLease lease = IsolationLease.none();
        private RandomGenerator random = new SplittableRandom();
        private DatabasePromoter promoter = (vm, call) -> {
            throw new AdapterException.Permanent(
                    AdapterException.Cause.UNSUPPORTED, "no database promoter is configured to promote " + vm);
        };

        private Builder() {}

        /** Sets what carries actions out on the hypervisors. Required. */
        @CanIgnoreReturnValue
        public Builder adapter(HypervisorAdapter chosen) {
            adapter = chosen;
            return this;
        }

        /** Sets what moves access requests. Required. */
        @CanIgnoreReturnValue
        public Builder trafficDirector(TrafficDirector chosen) {
            trafficDirector = chosen;
            return this;
        }

        /** Adds a device that can power hosts off; of several for one host, the one added first is tried first. */
        @CanIgnoreReturnValue
        public Builder fencingDevice(FencingDevice device) {
            fencingDevices.add(device);
            return this;
        }

        /** Sets what promotes standby databases; without one, no standby database can take over. */
        @CanIgnoreReturnValue
        public Builder databasePromoter(DatabasePromoter chosen) {
            promoter = chosen;
            return this;
        }

        /**
         * Sets what tells how far standby databases are behind, to be asked regularly; without one, the lags are what {@link
         * ManagementCenter#update} makes them.
         *
         * @param chosen what tells it
         * @param interval how long to wait between two rounds of questions, and how long one may take; more than 0
         * @throws IllegalArgumentException if the interval is not more than 0
         */
        @CanIgnoreReturnValue
        public Builder replicationMonitor(ReplicationMonitor chosen, Duration interval) {
            Preconditions.checkArgument(
                    !interval.isNegative() && !interval.isZero(), "interval must be more than 0: %s", interval);
            replicationMonitor = chosen;
            replicationInterval = interval;
            return this;
        }

        /** Sets what knows when a machine that cannot be reached has isolated itself; the default knows nothing. */
        @CanIgnoreReturnValue
        public Builder isolationLease(IsolationLease chosen) {
            lease = chosen;
            return this;
        }

        /**
         * Sets what there is at the start, with power and place as they are now; empty by default. What the journal knows
         * of failures and of requests that are served elsewhere is added to it.
         */
        @CanIgnoreReturnValue
        public Builder inventory(Inventory start) {
            inventory = start;
            return this;
        }

        /** Sets the operator's choices about failover. */
        @CanIgnoreReturnValue
        public Builder failover(FailoverConfig chosen) {
            failover = chosen;
            return this;
        }

        /** Sets how decisions are made; the default is rule 6 with the operator's choices. */
        @CanIgnoreReturnValue
        public Builder policy(FailoverPolicy chosen) {
            policy = chosen;
            return this;
        }

        /** Sets the operator's choices about how plans are carried out. */
        @CanIgnoreReturnValue
        public Builder config(CenterConfig chosen) {
            config = chosen;
            return this;
        }

        /** Sets where plans are written down; the default is a new {@link InMemoryPlanJournal}. */
        @CanIgnoreReturnValue
        public Builder journal(PlanJournal chosen) {
            journal = chosen;
            return this;
        }

        /** Sets what tells whether this center leads; by default it always does. */
        @CanIgnoreReturnValue
        public Builder leadership(Leadership chosen) {
            leadership = chosen;
            return this;
        }

        /** Sets where the jitter of backoffs comes from; used on the center's loop only. */
        @CanIgnoreReturnValue
        public Builder random(RandomGenerator chosen) {
            random = chosen;
            return this;
        }

        /** Sets time and threads; the default is a new {@link ThreadedScheduler}. The center closes it. */
        @CanIgnoreReturnValue
        public Builder scheduler(CenterScheduler chosen) {
            scheduler = chosen;
            return this;
        }

        /**
         * Sets how the silence of machines and hosts is understood, for {@link ManagementCenter#heartbeat}.
         *
         * @param chosen whose silence is a failure, and from when on
         * @param check what looks a second time at a silent machine, such as a {@link PowerStateCheck}
         */
        @CanIgnoreReturnValue
        public Builder detection(DetectionConfig chosen, SecondCheck check) {
            detection = chosen;
            secondCheck = check;
            return this;
        }

        /** Adds a listener. */
        @CanIgnoreReturnValue
        public Builder listener(HaListener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Returns the center, which has taken the journal over and goes on with what it finds there.
         *
         * @throws IllegalStateException if the adapter or the traffic director is missing
         * @throws NotLeaderException if this center does not lead
         * @throws JournalException if the journal cannot be taken over
         */
        public ManagementCenter build() {
            Preconditions.checkState(adapter != null, "a management center needs an adapter");
            Preconditions.checkState(trafficDirector != null, "a management center needs a trafficDirector");
            OptionalLong epoch = leadership.epoch();
            if (epoch.isEmpty()) {
                throw new NotLeaderException("this center does not lead: build it when it does");
            }
            PlanJournal opened = journal != null ? journal : new InMemoryPlanJournal();
            JournalState left = opened.open(epoch.getAsLong());
            ActionPerformer performer = new ActionPerformer(
                    adapter, trafficDirector, fencingDevices.build(), promoter, config.powerOffGrace());
            CenterScheduler time = scheduler != null ? scheduler : new ThreadedScheduler();
            CenterParts parts = new CenterParts(time, config, failover, leadership, epoch.getAsLong(), lease, random);
            FailoverPolicy decides = policy != null
                    ? policy
                    : PrimaryThenStandbyPolicy.builder().config(failover).build();
            CenterLoop loop = new CenterLoop(
                    parts, decides, performer, opened, new KnownState(inventory, left), left, listeners.build());
            Optional<HeartbeatWatch> heartbeats = detection != null && secondCheck != null
                    ? Optional.of(new HeartbeatWatch(time, detection, secondCheck, loop))
                    : Optional.empty();
            Optional<ReplicationWatch> replication = replicationMonitor != null
                    ? Optional.of(new ReplicationWatch(time, replicationMonitor, replicationInterval, loop))
                    : Optional.empty();
            time.execute(() -> {
                loop.resume(left);
                heartbeats.ifPresent(HeartbeatWatch::start);
                replication.ifPresent(ReplicationWatch::look);
            });
            return new ManagementCenter(loop, time, heartbeats, replication);
        }
    }
}
