package io.vmha.center;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.SetMultimap;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableHost;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Planner;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.DecisionEffects;
import io.vmha.policy.EvacuationPolicy;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailbackPolicy;
import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.LoadPolicy;
import io.vmha.policy.LoadSample;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a management center does with what it is given.
 *
 * <p>The public methods may be called from any thread; everything else is confined to the scheduler's loop.
 */
final class CenterLoop
        implements PlanExecutor.Surroundings,
                ReportIntake.Surroundings,
                HeartbeatWatch.Surroundings,
                ReplicationWatch.Surroundings {
    private static final Logger LOG = LoggerFactory.getLogger(CenterLoop.class);
    private final CenterParts parts;
    private final CenterScheduler scheduler;
    private final FailoverPolicy policy;
    private final LoadPolicy loadPolicy;
    private final EvacuationPolicy evacuationPolicy = new EvacuationPolicy();
    private final FailbackPolicy failbackPolicy;
    private final Planner planner;
    private final KnownState state;
    private final ReportIntake intake;
    private final Recoveries recoveries;
    private final StormWatch storm;
    private final JournalWriter journal;
    private final EventDispatcher events;
    private final PlanExecutor executor;
    private final SetMultimap<PlanId, PendingDecision> waiting = HashMultimap.create();
    private final PendingDecisions pendings = new PendingDecisions();
    private final Map<PlanId, JournalEntry.PlanProposed> proposals = new HashMap<>();
    private volatile Optional<IllegalStateException> ended = Optional.empty();
    private long lastPlan;

    CenterLoop(
            CenterParts parts,
            FailoverPolicy policy,
            ActionPerformer performer,
            PlanJournal planJournal,
            KnownState state,
            JournalState left,
            List<HaListener> listeners) {
        this.parts = parts;
        this.scheduler = parts.scheduler();
        this.policy = policy;
        this.loadPolicy = new LoadPolicy(parts.failover());
        this.failbackPolicy = new FailbackPolicy(parts.failover());
        this.planner = new Planner(parts.failover());
        this.state = state;
        this.intake = new ReportIntake(scheduler, new ReportFilter(left.reports()), pendings, this);
        this.recoveries = new Recoveries(parts.config().maxRecoveriesPerVm(), left.recoveries());
        this.storm = new StormWatch(parts.config().stormGuard());
        this.events = new EventDispatcher(scheduler, listeners);
        this.journal = new JournalWriter(
                planJournal,
                parts.epoch(),
                scheduler,
                superseded -> lostLeadership(String.valueOf(superseded.getMessage())),
                why -> publish(new HaEvent.JournalChanged(scheduler.now(), why.isPresent(), why.orElse(""))));
        this.executor = new PlanExecutor(parts, state, performer, this);
        this.lastPlan = left.lastPlan();
    }

    @Override
    public Inventory inventory() {
        return state.inventory();
    }

    PendingDecision submit(FaultReport report) {
        return intake.submit(report);
    }

    CompletionStage<DecisionOutcome> load(LoadSample sample) {
        PendingDecision pending = pendings.add();
        run(pending, () -> {
            Inventory loaded = state.inventory()
                    .with(ImmutableVirtualMachine.copyOf(state.inventory().requireVm(sample.vm()))
                            .withLoad(sample.load()));
            begin(Optional.empty(), loaded, loadPolicy.decide(loaded, sample), pending);
        });
        return pending.ended();
    }

    CompletionStage<DecisionOutcome> maintenance(HostId host, boolean on) {
        PendingDecision pending = pendings.add();
        run(pending, () -> {
            Inventory changed = state.inventory()
                    .with(ImmutableHost.copyOf(state.inventory().requireHost(host))
                            .withInMaintenance(on));
            Decision decision =
                    on ? evacuationPolicy.decide(changed, host, Trigger.MAINTENANCE) : new DecisionBatch(List.of());
            begin(Optional.empty(), changed, decision, pending);
        });
        return pending.ended();
    }

    CompletionStage<DecisionOutcome> repaired(VmId vm) {
        PendingDecision pending = pendings.add();
        run(pending, () -> {
            checkActing();
            journal(state.update(FaultEffects.vmRepaired(state.inventory(), vm)), () -> {});
            Decision decision = failbackPolicy.decide(state.inventory(), vm);
            if (parts.failover().failback() == FailbackMode.AUTOMATIC) {
                begin(Optional.empty(), state.inventory(), decision, pending);
            } else {
                propose(decision, pending);
            }
        });
        return pending.ended();
    }

    /** Holds what nobody's requests wait for, without counting it in: it is begun once it is approved. */
    private void propose(Decision decision, PendingDecision pending) {
        Plan plan = plan(state.inventory(), decision);
        if (plan.isEmpty()) {
            begin(Optional.empty(), state.inventory(), decision, plan, Optional.empty(), pending);
            return;
        }
        JournalEntry.PlanProposed proposal = new JournalEntry.PlanProposed(scheduler.now(), decision, plan);
        journal(List.of(proposal), () -> {
            hold(proposal);
            pending.end(new DecisionOutcome(Optional.empty(), decision, plan, List.of()));
        });
    }

    private void hold(JournalEntry.PlanProposed proposal) {
        proposals.put(proposal.plan().id(), proposal);
        publish(new HaEvent.PlanHeld(
                scheduler.now(),
                proposal.plan(),
                Reason.AWAITING_APPROVAL,
                proposal.decision().parts()));
    }

    CompletionStage<Inventory> update(UnaryOperator<Inventory> change) {
        CompletableFuture<Inventory> done = new CompletableFuture<>();
        run(done::completeExceptionally, () -> {
            journal(state.update(change.apply(state.inventory())), () -> {});
            refreshStorm();
            done.complete(state.inventory());
        });
        return done;
    }

    CompletionStage<Inventory> acceptReplicationLag(ReplicationWatch watch, VmId vm, String operator) {
        CompletableFuture<Inventory> done = new CompletableFuture<>();
        run(done::completeExceptionally, () -> {
            checkActing();
            watch.accept(vm);
            PlanExecutor.AUDIT.info("epoch {}: {} accepts the replication lag of {}", parts.epoch(), operator, vm);
            done.complete(state.inventory());
        });
        return done;
    }

    CompletionStage<DecisionOutcome> approve(PlanId plan, String operator) {
        PendingDecision pending = pendings.add();
        run(pending, () -> {
            checkActing();
            JournalEntry.PlanProposed proposal = proposals.remove(plan);
            Optional<PlanRun> held = executor.run(plan).filter(run -> !run.isApproved());
            if (proposal != null) {
                begin(
                        Optional.empty(),
                        state.inventory(),
                        proposal.decision(),
                        proposal.plan(),
                        Optional.of(operator),
                        pending);
            } else if (held.isPresent()) {
                waiting.put(plan, pending);
                journal(
                        List.of(new JournalEntry.PlanApproved(plan, operator)),
                        () -> held.get().approve(operator));
            } else {
                throw new IllegalArgumentException("no plan " + plan + " is held");
            }
        });
        return pending.ended();
    }

    CompletionStage<CenterHealth> health() {
        CompletableFuture<CenterHealth> health = new CompletableFuture<>();
        run(
                health::completeExceptionally,
                () -> health.complete(new CenterHealth(
                        parts.epoch(),
                        ended.isEmpty() && leads(),
                        journal.failingSince(),
                        storm.isOpen(),
                        executor.runs().stream().map(PlanRun::describe).toList())));
        return health;
    }

    /** Runs a task on the loop; what it throws, and that there is no loop any more, goes to the one who waits. */
    private void run(PendingDecision pending, Runnable task) {
        run(pending::fail, task);
    }

    private void run(Consumer<Throwable> onFailure, Runnable task) {
        try {
            scheduler.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException thrown) {
                    onFailure.accept(thrown);
                }
            });
        } catch (RejectedExecutionException closed) {
            onFailure.accept(new IllegalStateException("the management center is closed", closed));
        }
    }

    @Override
    public boolean isSettled(FaultReport report) {
        return ended.isPresent() || executor.isSettled(report);
    }

    @Override
    public void ignore(FaultReport report, SubjectDecision.Ignored decision, PendingDecision pending) {
        publish(new HaEvent.ReportAccepted(scheduler.now(), report));
        Plan none = new Plan(new PlanId(lastPlan + 1), List.of());
        publish(new HaEvent.Decided(scheduler.now(), Optional.of(report), decision, none));
        DecisionOutcome result = new DecisionOutcome(Optional.of(report), decision, none, List.of());
        publish(new HaEvent.PlanEnded(scheduler.now(), result));
        pending.ended().complete(result);
        // What was decided the first time may still have to be written.
        if (journal.failingSince().isPresent()) {
            pending.fail(new IllegalStateException("the journal cannot be written"));
        } else {
            journal(List.of(), () -> pending.recorded().complete(decision));
        }
    }

    @Override
    public void handle(FaultReport report, PendingDecision pending) {
        checkActing();
        Decision decision = recoveries.limited(policy.decide(state.inventory(), report), scheduler.now());
        publish(new HaEvent.ReportAccepted(scheduler.now(), report));
        storm.onReport(report, scheduler.now());
        Inventory faulty = FaultEffects.apply(state.inventory(), report);
        begin(Optional.of(report), faulty, decision, pending);
    }

    private void checkActing() {
        if (ended.isPresent()) {
            throw ended.get();
        }
        if (!leads()) {
            lostLeadership("its leadership says so");
            throw new NotLeaderException("this center does not lead in epoch " + parts.epoch() + " any more");
        }
    }

    private boolean leads() {
        OptionalLong epoch = parts.leadership().epoch();
        return epoch.isPresent() && epoch.getAsLong() == parts.epoch();
    }

    private void begin(Optional<FaultReport> report, Inventory faulty, Decision decision, PendingDecision pending) {
        begin(report, faulty, decision, plan(faulty, decision), Optional.empty(), pending);
    }

    private Plan plan(Inventory before, Decision decision) {
        Plan plan = planner.plan(new PlanId(lastPlan + 1), before, decision);
        if (!plan.isEmpty()) {
            lastPlan++;
        }
        return plan;
    }

    private void begin(
            Optional<FaultReport> report,
            Inventory faulty,
            Decision decision,
            Plan plan,
            Optional<String> approvedBy,
            PendingDecision pending) {
        checkActing();
        recoveries.count(decision, scheduler.now());
        Inventory decided = DecisionEffects.apply(faulty, decision);
        Set<VmId> vms = Touched.vms(state.inventory(), report, decision);
        List<JournalEntry> entries = new ArrayList<>();
        entries.add(new JournalEntry.PlanOpened(
                scheduler.now(), report, decision, plan, Touched.changes(vms, faulty, decided)));
        List<HostId> hosts = Touched.hosts(report);
        report.filter(fault -> fault.kind() == FaultKind.HOST_DOWN)
                .ifPresent(fault -> hosts.stream()
                        .flatMap(host -> executor.ledger().vmsEverOn(host).stream())
                        .forEach(vm -> entries.addAll(state.confirmOff(vm))));
        entries.addAll(state.replace(decided, vms, hosts));
        publish(new HaEvent.Decided(scheduler.now(), report, decision, plan));
        // Before the plan may start: this report may be the one too many.
        refreshStorm();
        if (plan.isEmpty()) {
            journal(entries, () -> endEmpty(new DecisionOutcome(report, decision, plan, List.of()), pending));
        } else {
            PlanRun run = executor.add((JournalEntry.PlanOpened) entries.get(0), approvedBy);
            approvedBy.ifPresent(operator -> entries.add(new JournalEntry.PlanApproved(plan.id(), operator)));
            waiting.put(plan.id(), pending);
            journal(entries, () -> {
                pending.recorded().complete(decision);
                run.advance();
            });
        }
    }

    private void endEmpty(DecisionOutcome result, PendingDecision pending) {
        publish(new HaEvent.PlanEnded(scheduler.now(), result));
        pending.end(result);
    }

    /** Goes on with what an earlier center left. */
    void resume(JournalState left) {
        List<PlanRun> resumed = new ArrayList<>();
        for (JournalState.OpenPlan open : left.open()) {
            PlanRun run = executor.add(open.opened(), open.approvedBy());
            publish(new HaEvent.PlanResumed(scheduler.now(), open.opened().decision(), run.plan()));
            run.resume(open);
            resumed.add(run);
        }
        executor.ledger().restoreServers(resumed);
        executor.ledger().restoreDecided(resumed);
        left.proposals().forEach(this::hold);
        left.reports().forEach(taken -> storm.onReport(taken.report(), earlier(taken.at(), scheduler.now())));
        refreshStorm();
        resumed.forEach(PlanRun::advance);
    }

    private static Instant earlier(Instant left, Instant right) {
        return left.isBefore(right) ? left : right;
    }

    private void refreshStorm() {
        if (storm.refresh(state.inventory(), scheduler.now())) {
            publish(new HaEvent.StormGuardChanged(scheduler.now(), storm.isOpen(), storm.lost()));
            if (!storm.isOpen()) {
                List.copyOf(executor.runs()).stream()
                        .filter(PlanRun::isHeld)
                        .forEach(run -> run.release(Optional.empty()));
            }
        }
        if (storm.isOpen()) {
            storm.nextChange().ifPresent(at -> scheduler.schedule(untilAfter(at), this::refreshStorm));
        }
    }

    private Duration untilAfter(Instant at) {
        Duration wait = Duration.between(scheduler.now(), at);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** Tells who still waits that the center is closed. Once the loop has ended. */
    void closed() {
        pendings.failAll(ended.orElseGet(() -> new IllegalStateException("the management center is closed")));
    }

    void stop() {
        if (ended.isEmpty()) {
            ended = Optional.of(new IllegalStateException("the management center is closed"));
        }
        executor.stop();
    }

    @Override
    public boolean isActing() {
        return ended.isEmpty() && leads();
    }

    @Override
    public void report(FaultReport report) {
        CompletionStage<DecisionOutcome> decided = submit(report).ended();
        decided.whenComplete((outcome, thrown) -> {
            if (thrown != null) {
                LOG.warn("{} of {} was found but not decided", report.kind(), report.subject(), thrown);
            }
        });
    }

    @Override
    public void change(VirtualMachine changed) {
        journal(state.replace(state.inventory().with(changed), List.of(changed.id()), List.of()), () -> {});
    }

    @Override
    public void publish(HaEvent event) {
        events.publish(event);
    }

    @Override
    public void journal(List<JournalEntry> entries, Runnable then) {
        journal.append(entries, then);
    }

    @Override
    public void stepEnded() {
        intake.stepEnded();
    }

    @Override
    public void planEnded(PlanRun run, DecisionOutcome outcome) {
        journal(List.of(new JournalEntry.PlanClosed(run.plan().id())), () -> {
            publish(new HaEvent.PlanEnded(scheduler.now(), outcome));
            waiting.removeAll(run.plan().id()).forEach(pending -> pending.end(outcome));
        });
    }

    @Override
    public void lostLeadership(String detail) {
        if (ended.isPresent()) {
            return;
        }
        NotLeaderException lost = new NotLeaderException(
                "this center leads no more: " + detail + "; the leader finishes the plans that are open");
        ended = Optional.of(lost);
        executor.stop();
        publish(new HaEvent.LeadershipLost(scheduler.now(), parts.epoch(), detail));
        pendings.failAll(lost);
    }

    @Override
    public boolean isStormGuardOpen() {
        return storm.isOpen();
    }
}
