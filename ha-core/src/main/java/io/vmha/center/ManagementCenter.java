package io.vmha.center;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.FaultSource;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.IsolationLease;
import io.vmha.adapter.PowerStateCheck;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaListener;
import io.vmha.center.event.PlanView;
import io.vmha.center.event.QuarantinedHost;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.event.WhatIf;
import io.vmha.center.internal.CenterLoop;
import io.vmha.center.internal.DatabaseWatch;
import io.vmha.center.internal.FaultWatches;
import io.vmha.center.internal.HeartbeatWatch;
import io.vmha.center.internal.LoopGuard;
import io.vmha.center.internal.Operators;
import io.vmha.center.internal.Takeover;
import io.vmha.center.internal.execution.ExecutorParts;
import io.vmha.center.internal.execution.Platform;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.journal.DesiredExport;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.Leadership;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.center.schedule.ThreadedScheduler;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondCheck;
import io.vmha.fault.FaultReport;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReadingToken;
import io.vmha.model.ReplicaSets;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.LoadSample;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Takes fault reports, readings and operators' calls, keeps what is observed and what is desired apart, decides, and carries plans
 * out (rules 4 and 6 of the reference design).
 *
 * <p>A fault stays open until it is closed, and while what it makes necessary is not done, it is decided again whenever something
 * changed that could change the answer. Every guard is judged again just before an effect. Every plan is written to the {@link
 * PlanJournal} before its first action, every action before its effect and its outcome after it: a center that is built on the same
 * journal finishes what this one left. Only the leader acts. A center that lost its {@link Leadership} carries out nothing more and
 * takes nothing more; its successor is built anew.
 *
 * <p>Thread-safe: all state is confined to the scheduler's loop, except for the inventory, which is an immutable snapshot that the
 * loop alone replaces, and the filter of repeated reports. What is thrown by code of the user's, an {@link Error} included, goes to
 * the one who waits for it and into the log; an error of the loop itself ends the center, which says so.
 */
public final class ManagementCenter implements AutoCloseable {
    private final CenterLoop loop;
    private final Operators operators;
    private final CenterScheduler scheduler;
    private final Optional<HeartbeatWatch> heartbeats;
    private final FaultWatches faultWatches = new FaultWatches(this::accept);

    private ManagementCenter(CenterLoop loop, CenterScheduler scheduler, Optional<HeartbeatWatch> heartbeats) {
        this.loop = loop;
        this.operators = new Operators(loop);
        this.scheduler = scheduler;
        this.heartbeats = heartbeats;
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /** The inventory as policies see it at this moment: what is observed, with what open plans are still to do. */
    public Inventory inventory() {
        return loop.inventory();
    }

    /**
     * Takes a report, decides, and carries the plan out. A report that repeats one whose need is met or under way is IGNORED as
     * DUPLICATE, one that was observed before its subject was well again as STALE, one about a VM that is not to run as NOT_WANTED.
     * One about a VM or host that is not known is kept for {@link CenterConfig#unknownSubjectPatience}.
     *
     * @return completes when the plan came to its end and that is written down, on the center's loop; what an adapter answers is in
     *     the outcome and is never thrown. Exceptionally with {@link NotLeaderException} where this center does not lead any more,
     *     with {@link IllegalStateException} where it is closed or ended, and with what a policy of the user's threw: then the same
     *     report may be sent again
     */
    public CompletionStage<DecisionOutcome> submit(FaultReport report) {
        return loop.submit(requireNonNull(report, "report")).ended();
    }

    /**
     * Takes a report as {@link #submit} does, for whoever only wants to know that it will not be lost: a monitor that reports until
     * it is confirmed.
     *
     * @return completes when what was decided is written down so that it survives a crash, and the plan goes on from there;
     *     exceptionally as {@link #submit} does, for a report of a subject that did not become known in time with an {@link
     *     IllegalArgumentException}, and for a repeated report where the journal cannot be written
     */
    public CompletionStage<Decision> accept(FaultReport report) {
        return loop.submit(requireNonNull(report, "report")).recorded();
    }

    /**
     * Takes a heartbeat of a VM's monitor or of a host: once one came, its silence is noticed and, where it is a failure, reported.
     * Quick, and safe to call from many threads at once. One of an unknown sender is ignored.
     *
     * @throws IllegalStateException if no {@link Builder#detection} is set, or the center is closed
     */
    public void heartbeat(Heartbeat beat) {
        requireNonNull(beat, "beat");
        HeartbeatWatch watch = heartbeats.orElseThrow(
                () -> new IllegalStateException("heartbeats need detection to be set when the center is built"));
        try {
            watch.heartbeat(beat);
        } catch (RejectedExecutionException closed) {
            throw new IllegalStateException("the management center is closed", closed);
        }
    }

    /** Whether silence of heartbeats is detected. */
    public boolean detectsSilence() {
        return heartbeats.isPresent();
    }

    /**
     * Takes a load sample, decides by rule 7 of the reference design, and carries the plan out.
     *
     * @return completes when the plan came to its end; exceptionally with an {@link IllegalArgumentException} where there is no such
     *     VM
     */
    public CompletionStage<DecisionOutcome> load(LoadSample sample) {
        return operators.load(requireNonNull(sample, "sample"));
    }

    /**
     * Takes a host out of service and evacuates it by live migration, or puts it back into service. It survives restarts.
     *
     * @param host the host
     * @param on whether it is out of service from now on
     * @param operator who says so, for the audit log; not blank
     * @return completes when the evacuation came to its end; exceptionally with an {@link IllegalArgumentException} where there is no
     *     such host
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<DecisionOutcome> maintenance(HostId host, boolean on, String operator) {
        return operators.maintenance(requireNonNull(host, "host"), on, named(operator));
    }

    /**
     * Takes somebody's word that a VM is healthy and powered on: its faults are closed. Its requests come back, or the plan for that
     * is held until it is approved, as {@link FailoverConfig#failback} says.
     *
     * @return completes when the plan came to its end or is held; exceptionally with an {@link IllegalArgumentException} where there
     *     is no such VM
     */
    public CompletionStage<DecisionOutcome> repaired(VmId vm) {
        return operators.repaired(requireNonNull(vm, "vm"));
    }

    /**
     * Takes somebody's word that a host is up: its fault is closed. That says nothing about the VMs that were lost with it.
     *
     * @return the inventory with it, once it is written down; exceptionally with an {@link IllegalArgumentException} where there is
     *     no such host
     */
    public CompletionStage<Inventory> hostUp(HostId host) {
        return operators.hostUp(requireNonNull(host, "host"));
    }

    /**
     * Takes a sample of how far a database is behind its source.
     *
     * @param vm the VM that it runs in
     * @param lag how far, 0 or more; empty where that cannot be read any more, which is not zero
     * @return the inventory with it; exceptionally with an {@link IllegalArgumentException} where there is no such VM
     */
    public CompletionStage<Inventory> replicationLag(VmId vm, Optional<Duration> lag) {
        return operators.replicationLag(requireNonNull(vm, "vm"), requireNonNull(lag, "lag"));
    }

    /**
     * Takes note that a standby database may take over although it is further behind its source than {@link
     * FailoverConfig#maxReplicationLag} allows, or that is not known, so that what it has not applied is lost. It holds until it has
     * caught up.
     *
     * @param vm the standby's VM
     * @param operator who takes responsibility for the loss, for the audit log; not blank
     * @return the inventory with it, once it is written down; exceptionally with an {@link IllegalArgumentException} where there is no
     *     such VM
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<Inventory> acceptReplicationLag(VmId vm, String operator) {
        return operators.acceptReplicationLag(requireNonNull(vm, "vm"), named(operator));
    }

    /**
     * Takes what is wanted of a VM. OFF: its requests move first, then it is powered off; where nobody can take them it waits, and
     * says so. RUNNING starts it again. UNMANAGED: hands off. It survives restarts.
     *
     * @param operator who wants it, for the audit log; not blank
     * @return completes when what follows came to its end; exceptionally with an {@link IllegalArgumentException} where there is no
     *     such VM
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<DecisionOutcome> desired(VmId vm, DesiredState state, String operator) {
        return operators.desired(requireNonNull(vm, "vm"), requireNonNull(state, "state"), named(operator));
    }

    /**
     * Issues a token for a reading of the platform that begins now: it must be taken before the reading begins. Readings are ordered
     * by it, never by a clock.
     */
    public CompletionStage<ReadingToken> beginReading() {
        return operators.beginReading();
    }

    /**
     * Takes a reading of the platform, at any time: existence, place, power, allocation, capacity and what is declared. It changes
     * nothing that is desired. What began before the last action on a VM ended does not count for that VM, but for hosts on which it
     * may be running. About hosts that did not answer it says nothing, and what it lacks is not deleted by that. The comparison with
     * what is believed is made by the calling thread.
     *
     * @param token what {@link #beginReading} gave before the reading began
     * @param snapshot what was read
     * @return the inventory with it, once it is written down; exceptionally with an {@link IllegalArgumentException} where another
     *     center issued the token
     */
    public CompletionStage<Inventory> observe(ReadingToken token, PlatformSnapshot snapshot) {
        return operators.observe(requireNonNull(token, "token"), requireNonNull(snapshot, "snapshot"));
    }

    /**
     * Adds a VM that the orchestrator made, or changes what it declares of one: type, priority, template, anti-affinity, labels and
     * database member. Where a known VM is and whether it runs is the platform's to say.
     *
     * @return the inventory with it, once it is written down; exceptionally with an {@link IllegalArgumentException} where its host is
     *     not known
     */
    public CompletionStage<Inventory> add(VirtualMachine vm) {
        return operators.add(requireNonNull(vm, "vm"));
    }

    /** Adds a host, or changes what is known of one apart from its health and maintenance. */
    public CompletionStage<Inventory> add(Host host) {
        return operators.add(requireNonNull(host, "host"));
    }

    /**
     * Removes a VM that the orchestrator deleted. Whoever it served is decided again. Until it is seen off, nothing that needs it off
     * is started or promoted.
     *
     * @return the inventory without it; exceptionally with an {@link IllegalArgumentException} where there is no such VM
     */
    public CompletionStage<Inventory> remove(VmId vm) {
        return operators.remove(requireNonNull(vm, "vm"));
    }

    /**
     * Removes a host that the orchestrator deleted.
     *
     * @return the inventory without it; exceptionally with an {@link IllegalArgumentException} where there is no such host, or VMs are
     *     or may be running on it
     */
    public CompletionStage<Inventory> remove(HostId host) {
        return operators.remove(requireNonNull(host, "host"));
    }

    /**
     * Changes what the orchestrator declares: hosts and VMs added or removed, and declared fields.
     *
     * @param change a pure function from the present inventory to the next one; it runs on the center's loop
     * @return completes when it is written down; exceptionally with what the function threw, and with an {@link
     *     IllegalArgumentException} where it returned null or changed what another call is for, which the message names: then nothing
     *     is changed
     */
    public CompletionStage<Inventory> update(UnaryOperator<Inventory> change) {
        return operators.update(requireNonNull(change, "change"));
    }

    /**
     * Releases a plan that is held, for an operator who takes responsibility for it. Every guard but the automation level and the
     * storm guards is judged all the same.
     *
     * @param plan its number
     * @param operator who approves it, for the journal and the audit log; not blank
     * @return completes when the plan came to its end; exceptionally with an {@link IllegalArgumentException} where no such plan is
     *     held
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<DecisionOutcome> approve(PlanId plan, String operator) {
        return operators.approve(requireNonNull(plan, "plan"), Optional.empty(), named(operator));
    }

    /**
     * Releases a plan that is held, as {@link #approve(PlanId, String)} does, if it is still what the operator saw.
     *
     * @param plan its number
     * @param revision which revision of it the operator saw, 1 or more
     * @param operator who approves it, for the journal and the audit log; not blank
     * @return as {@link #approve(PlanId, String)}; exceptionally with an {@link IllegalArgumentException} where it was decided again
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<DecisionOutcome> approve(PlanId plan, int revision, String operator) {
        return operators.approve(requireNonNull(plan, "plan"), Optional.of(revision), named(operator));
    }

    /**
     * Decides by other policies from now on; what is unmet is decided again by them. A center that is built later is given its
     * own.
     *
     * @param operator who says so, for the audit log; not blank
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<CenterHealth> reconfigure(HaPolicies policies, String operator) {
        return operators.reconfigure(requireNonNull(policies, "policies"), named(operator));
    }

    /**
     * Ends a plan that is held with nothing done. What it was for stays open and listed, and is not decided again before a new report
     * or an operator's call.
     *
     * @param plan its number
     * @param operator who rejects it, for the audit log; not blank
     * @return completes when that is written down; exceptionally with an {@link IllegalArgumentException} where no such plan is held,
     *     or something of it is under way
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<DecisionOutcome> reject(PlanId plan, String operator) {
        return operators.reject(requireNonNull(plan, "plan"), named(operator));
    }

    /**
     * Decides and starts nothing from now on, and goes on noting what it is told; what is under way ends. It survives restarts.
     *
     * @param operator who says so, for the audit log; not blank
     * @return how the center is then; completes when the pause is written down, though it holds at once
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<CenterHealth> pause(String operator) {
        return operators.pause(true, named(operator));
    }

    /**
     * Goes on after {@link #pause}: what came up meanwhile is decided.
     *
     * @param operator who says so, for the audit log; not blank
     * @return how the center is then; completes when that is written down
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<CenterHealth> resume(String operator) {
        return operators.pause(false, named(operator));
    }

    /**
     * Sets how much is done without approval, from now on and after restarts.
     *
     * @param operator who says so, for the audit log; not blank
     * @return how the center is then; completes when that is written down, though it holds at once
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<CenterHealth> automation(AutomationLevel level, String operator) {
        return operators.automation(requireNonNull(level, "level"), named(operator));
    }

    /** The open plans, by number: what is under way or held, why, and what its steps wait for. */
    public CompletionStage<List<PlanView>> plans() {
        return operators.plans();
    }

    /** The needs that nothing is under way for, with why. */
    public CompletionStage<List<UnmetNeed>> unmet() {
        return operators.unmet();
    }

    /** What recoveries left behind on the platform, to be deleted by an operator. */
    public CompletionStage<List<Leftover>> leftovers() {
        return operators.leftovers();
    }

    /**
     * Deletes what recoveries of a VM left behind: every {@link Leftover} that is listed of it, with its disks. The VM itself is never
     * touched, and nothing is deleted while it does not run, certainly and well: then what is left of it may be wanted still. That is
     * judged again just before the effect. What was deleted is read back, and listed no more.
     *
     * @param vm the VM that was replaced; it may have been removed since
     * @param operator who has it deleted, for the journal and the audit log; not blank
     * @return completes when it came to its end; exceptionally with an {@link IllegalArgumentException} where nothing is listed of that
     *     VM, it may be wanted, or the adapter cannot do it
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<DecisionOutcome> deleteLeftovers(VmId vm, String operator) {
        return operators.deleteLeftovers(requireNonNull(vm, "vm"), named(operator));
    }

    /**
     * What is desired at this moment, apart from any journal; {@link DesiredExport#toJson} writes it down. A center that was closed
     * cannot tell it any more.
     */
    public CompletionStage<DesiredExport> exportDesired() {
        return operators.exportDesired();
    }

    /**
     * Takes what is desired from a center that had another journal, such as one of an earlier format. All of it is taken, in one write,
     * or nothing; of what it does not name nothing changes. What that makes necessary is decided then.
     *
     * @param given what {@link #exportDesired} gave, or {@link DesiredExport#fromJson} read
     * @param operator who says so, for the audit log; not blank
     * @return the inventory with it, once it is written down; exceptionally with an {@link IllegalArgumentException} where it names a VM
     *     or host that is not known, what does not fit it, or a plan is open
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<Inventory> importDesired(DesiredExport given, String operator) {
        return operators.importDesired(requireNonNull(given, "given"), named(operator));
    }

    /** The hosts that were lost and came back too often of late, by {@link CenterConfig#hostQuarantine}: VMs are placed on them last. */
    public CompletionStage<List<QuarantinedHost>> quarantine() {
        return operators.quarantine();
    }

    /**
     * Trusts a host again that came back too often of late, before time does: what was before does not count any more. One that is in no
     * quarantine has its count cleared.
     *
     * @param operator who says so, for the audit log; not blank
     * @return the inventory with it, once it is written down; exceptionally with an {@link IllegalArgumentException} where there is no
     *     such host
     * @throws IllegalArgumentException if the operator is blank
     */
    public CompletionStage<Inventory> releaseQuarantine(HostId host, String operator) {
        return operators.releaseQuarantine(requireNonNull(host, "host"), named(operator));
    }

    /** What would be decided and done about a report, on the inventory of now. Nothing is. */
    public CompletionStage<WhatIf> whatIf(FaultReport report) {
        return operators.whatIf(requireNonNull(report, "report"));
    }

    /**
     * Whether it may still act: it leads and has not ended. Answered at once from any thread, however much is open, so that it may be
     * asked many times a second; {@link #health} says why it may not.
     */
    public boolean isLeading() {
        return loop.life().isActing();
    }

    /** How it is: what is stuck, and since when. Its cost grows with the number of open plans. */
    public CompletionStage<CenterHealth> health() {
        return operators.health();
    }

    private static String named(String operator) {
        checkArgument(!requireNonNull(operator, "operator").isBlank(), "operator must not be blank");
        return operator;
    }

    /**
     * Ends the center: no further step of any plan is started, and what is under way is waited for as the scheduler does. Plans that
     * are not at their end stay in the journal for the next center; who waits for them is told so by an {@link IllegalStateException}.
     * The adapter stays open, and so does a journal that was given: they are their owner's to close. Calling it again does nothing.
     */
    @Override
    public void close() {
        faultWatches.close();
        loop.life().stop();
        scheduler.close();
        loop.life().closed();
    }

    /** Builds a center; not thread-safe. */
    public static final class Builder {
        private @Nullable HypervisorAdapter adapter;
        private @Nullable TrafficDirector trafficDirector;
        private HaPolicies policies = HaPolicies.withDefaults();
        private @Nullable Duration resyncInterval;
        private @Nullable CenterScheduler scheduler;
        private @Nullable PlanJournal journal;
        private @Nullable DetectionConfig detection;
        private @Nullable SecondCheck secondCheck;
        private final ImmutableList.Builder<DatabaseWatch.Watched> databases = ImmutableList.builder();
        private final ImmutableList.Builder<FencingDevice> fencingDevices = ImmutableList.builder();
        private final ImmutableList.Builder<FaultSource> faultSources = ImmutableList.builder();
        private final ImmutableList.Builder<HaListener> listeners = ImmutableList.builder();
        private Inventory inventory = Inventory.empty();
        private CenterConfig config = CenterConfig.defaults();
        private Leadership leadership = Leadership.soleCenter();
        private IsolationLease lease = IsolationLease.none();
        private RandomGenerator random = new SplittableRandom();

        private Builder() {}

        /** Sets what carries actions out on the hypervisors. Required. */
        @CanIgnoreReturnValue
        public Builder adapter(HypervisorAdapter chosen) {
            adapter = requireNonNull(chosen, "adapter");
            return this;
        }

        /** Sets what moves access requests. Required. */
        @CanIgnoreReturnValue
        public Builder trafficDirector(TrafficDirector chosen) {
            trafficDirector = requireNonNull(chosen, "trafficDirector");
            return this;
        }

        /** Adds what tells of faults that a platform shows; the center watches it until it is closed. */
        @CanIgnoreReturnValue
        public Builder faultSource(FaultSource source) {
            faultSources.add(requireNonNull(source, "faultSource"));
            return this;
        }

        /** Adds a device that can power hosts off; of several for one host, the one added first is tried first. */
        @CanIgnoreReturnValue
        public Builder fencingDevice(FencingDevice device) {
            fencingDevices.add(requireNonNull(device, "fencingDevice"));
            return this;
        }

        /**
         * Adds what reads and changes a replica set: which of its members writes and how far the others are behind is read at regular
         * times, and at each effect. Without one, the first member of each database is taken to write, and none can be promoted.
         *
         * @param cluster the set; its members are in no other one
         * @param interval how long to wait between two readings, and how long one may take; more than 0. What commits do not wait for
         *     counts as lost from the last reading that saw the writer on: choose it well below {@link
         *     FailoverConfig#maxReplicationLag}
         * @throws IllegalArgumentException if the interval is not more than 0
         */
        @CanIgnoreReturnValue
        public Builder databaseCluster(DatabaseCluster cluster, Duration interval) {
            requireNonNull(interval, "interval");
            checkArgument(!interval.isNegative() && !interval.isZero(), "interval must be more than 0: %s", interval);
            databases.add(new DatabaseWatch.Watched(requireNonNull(cluster, "cluster"), interval));
            return this;
        }

        /** Sets what knows when a machine that cannot be reached has isolated itself; the default knows nothing. */
        @CanIgnoreReturnValue
        public Builder isolationLease(IsolationLease chosen) {
            lease = requireNonNull(chosen, "isolationLease");
            return this;
        }

        /**
         * Sets what there is at the start, with power and place as they are now; empty by default. What the journal knows
         * of failures and of requests that are served elsewhere is added to it.
         */
        @CanIgnoreReturnValue
        public Builder inventory(Inventory start) {
            inventory = requireNonNull(start, "inventory");
            return this;
        }

        /** Sets what there is at the start, from a reading of the platform just now. */
        @CanIgnoreReturnValue
        public Builder inventory(PlatformSnapshot start) {
            inventory = requireNonNull(start, "inventory").toInventory();
            return this;
        }

        /**
         * Sets how decisions are made, as one thing: what operators chose about failover, rules, preferences and an own policy. The
         * default is the reference design's.
         */
        @CanIgnoreReturnValue
        public Builder policies(HaPolicies chosen) {
            policies = requireNonNull(chosen, "policies");
            return this;
        }

        /** Sets the operator's choices about how plans are carried out. */
        @CanIgnoreReturnValue
        public Builder config(CenterConfig chosen) {
            config = requireNonNull(chosen, "config");
            return this;
        }

        /** Sets where plans are written down; the default is a new {@link InMemoryPlanJournal}. */
        @CanIgnoreReturnValue
        public Builder journal(PlanJournal chosen) {
            journal = requireNonNull(chosen, "journal");
            return this;
        }

        /** Sets what tells whether this center leads; by default it always does. */
        @CanIgnoreReturnValue
        public Builder leadership(Leadership chosen) {
            leadership = requireNonNull(chosen, "leadership");
            return this;
        }

        /** Sets where the jitter of backoffs comes from; used on the center's loop only. */
        @CanIgnoreReturnValue
        public Builder random(RandomGenerator chosen) {
            random = requireNonNull(chosen, "random");
            return this;
        }

        /** Sets time and threads; the default is a new {@link ThreadedScheduler}. The center closes it. */
        @CanIgnoreReturnValue
        public Builder scheduler(CenterScheduler chosen) {
            scheduler = requireNonNull(chosen, "scheduler");
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
            detection = requireNonNull(chosen, "detection");
            secondCheck = requireNonNull(check, "secondCheck");
            return this;
        }

        /**
         * Reads the whole platform at regular times, and takes what it shows; by default only when that is needed.
         *
         * @param interval how long to wait between two readings, more than 0 and at most {@link CenterConfig#LONGEST}
         * @throws IllegalArgumentException if the interval is out of that range
         */
        @CanIgnoreReturnValue
        public Builder resyncEvery(Duration interval) {
            requireNonNull(interval, "interval");
            checkArgument(!interval.isNegative() && !interval.isZero(), "interval must be more than 0: %s", interval);
            CenterConfig.requireNotTooLong("interval", interval);
            resyncInterval = interval;
            return this;
        }

        /** Adds a listener. */
        @CanIgnoreReturnValue
        public Builder listener(HaListener listener) {
            listeners.add(requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Returns the center, which has taken the journal over and goes on with what it finds there.
         *
         * @throws IllegalStateException if the adapter or the traffic director is missing, a fault source is closed, or one of the
         *     parts answers with null or with an epoch below 0
         * @throws IllegalArgumentException if two replica sets have one name or one member, or a VM of the inventory names a member
         *     of none of them
         * @throws NotLeaderException if this center does not lead
         * @throws JournalException if the journal cannot be taken over
         */
        public ManagementCenter build() {
            Preconditions.checkState(adapter != null, "a management center needs an adapter");
            Preconditions.checkState(trafficDirector != null, "a management center needs a trafficDirector");
            OptionalLong epoch = UserCode.required("the leadership's epoch", leadership.epoch());
            if (epoch.isEmpty()) {
                throw new NotLeaderException("this center does not lead: build it when it does");
            }
            Preconditions.checkState(
                    epoch.getAsLong() >= 0, "the leadership's epoch must be 0 or more: %s", epoch.getAsLong());
            List<DatabaseWatch.Watched> watched = databases.build();
            ReplicaSets sets = DatabaseWatch.declared(watched, inventory);
            PlanJournal opened = journal != null ? journal : new InMemoryPlanJournal();
            JournalState left = UserCode.required(
                    "what the journal " + opened.getClass().getName() + " holds", opened.open(epoch.getAsLong()));
            Platform platform = new Platform(
                    adapter,
                    trafficDirector,
                    fencingDevices.build(),
                    DatabaseWatch.clusters(watched),
                    config.powerOffGrace());
            LoopGuard time = new LoopGuard(scheduler != null ? scheduler : new ThreadedScheduler());
            ExecutorParts parts =
                    new ExecutorParts(time, config, policies.config(), leadership, epoch.getAsLong(), lease, random);
            CenterLoop loop =
                    new CenterLoop(parts, policies, platform, opened, inventory.with(sets), left, listeners.build());
            time.onFailure(loop.life()::failed);
            Optional<HeartbeatWatch> heartbeats = detection != null && secondCheck != null
                    ? Optional.of(new HeartbeatWatch(time, detection, secondCheck, loop.heartbeatFindings()))
                    : Optional.empty();
            DatabaseWatch databaseWatch = new DatabaseWatch(time, watched, loop.databaseReadings());
            loop.databaseReadings().from(databaseWatch);
            Optional<Duration> resync = Optional.ofNullable(resyncInterval);
            time.execute(() -> {
                new Takeover(loop).resume(left);
                heartbeats.ifPresent(HeartbeatWatch::start);
                databaseWatch.start();
                resync.ifPresent(loop::resyncEvery);
            });
            ManagementCenter center = new ManagementCenter(loop, time, heartbeats);
            try {
                center.faultWatches.start(faultSources.build());
            } catch (RuntimeException | Error failed) {
                center.close();
                throw failed;
            }
            return center;
        }
    }
}
