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
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a management center does with what it is given.
 *
 * <p>The public methods may be called from any thread; everything else is confined to the scheduler's loop.
 */
final class CenterLoop
        implements PlanExecutor.Surroundings, HeartbeatWatch.Surroundings, ReplicationWatch.Surroundings {
    private static final Logger LOG = LoggerFactory.getLogger(CenterLoop.class);
    /** How many repeated reports are answered before the loop looks after others: a real report waits for no more. */
    private static final int REPEATED_AT_ONCE = 256;

    private record Repeated(
            FaultReport report, SubjectDecision.Ignored decision, CompletableFuture<DecisionOutcome> outcome) {}

    /** A report that is looked at once a step has ended, see {@link PlanExecutor#isSettled}. */
    private record Postponed(FaultReport report, CompletableFuture<DecisionOutcome> outcome) {}

    private final CenterParts parts;
    private final CenterScheduler scheduler;
    private final FailoverPolicy policy;
    private final LoadPolicy loadPolicy;
    private final EvacuationPolicy evacuationPolicy = new EvacuationPolicy();
    private final FailbackPolicy failbackPolicy;
    private final Planner planner;
    private final KnownState state;
    private final ReportFilter filter;
    private final Recoveries recoveries;
    private final StormWatch storm;
    private final JournalWriter journal;
    private final EventDispatcher events;
    private final PlanExecutor executor;
    private final SetMultimap<PlanId, CompletableFuture<DecisionOutcome>> outcomes = HashMultimap.create();
    private List<Postponed> postponed = new ArrayList<>();
    private final Queue<Repeated> repeated = new ConcurrentLinkedQueue<>();
    private final Map<PlanId, JournalEntry.PlanProposed> proposals = new HashMap<>();
    private final AtomicBoolean isAnswering = new AtomicBoolean();
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
        this.filter = new ReportFilter(left.reports());
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

    CompletionStage<DecisionOutcome> submit(FaultReport report) {
        CompletableFuture<DecisionOutcome> outcome = new CompletableFuture<>();
        Optional<SubjectDecision.Ignored> ignored = filter.claim(report);
        if (ignored.isPresent()) {
            repeated.add(new Repeated(report, ignored.get(), outcome));
            if (isAnswering.compareAndSet(false, true)) {
                run(outcome, this::answerRepeated);
            }
        } else {
            run(outcome, () -> take(report, outcome));
        }
        return outcome;
    }

    private void take(FaultReport report, CompletableFuture<DecisionOutcome> outcome) {
        try {
            if (ended.isPresent() || executor.isSettled(report)) {
                handle(report, outcome);
            } else {
                postponed.add(new Postponed(report, outcome));
            }
        } catch (RuntimeException thrown) {
            // A policy of the user's own may throw; whoever reported must not wait for ever.
            filter.release(report);
            outcome.completeExceptionally(thrown);
        }
    }

    CompletionStage<DecisionOutcome> load(LoadSample sample) {
        CompletableFuture<DecisionOutcome> outcome = new CompletableFuture<>();
        run(outcome, () -> {
            Inventory loaded = state.inventory()
                    .with(ImmutableVirtualMachine.copyOf(state.inventory().requireVm(sample.vm()))
                            .withLoad(sample.load()));
            begin(Optional.empty(), loaded, loadPolicy.decide(loaded, sample), outcome);
        });
        return outcome;
    }

    CompletionStage<DecisionOutcome> maintenance(HostId host, boolean on) {
        CompletableFuture<DecisionOutcome> outcome = new CompletableFuture<>();
        run(outcome, () -> {
            Inventory changed = state.inventory()
                    .with(ImmutableHost.copyOf(state.inventory().requireHost(host))
                            .withInMaintenance(on));
            Decision decision =
                    on ? evacuationPolicy.decide(changed, host, Trigger.MAINTENANCE) : new DecisionBatch(List.of());
            begin(Optional.empty(), changed, decision, outcome);
        });
        return outcome;
    }

    CompletionStage<DecisionOutcome> repaired(VmId vm) {
        CompletableFuture<DecisionOutcome> outcome = new CompletableFuture<>();
        run(outcome, () -> {
            checkActing();
            journal(state.update(FaultEffects.vmRepaired(state.inventory(), vm)), () -> {});
            Decision decision = failbackPolicy.decide(state.inventory(), vm);
            if (parts.failover().failback() == FailbackMode.AUTOMATIC) {
                begin(Optional.empty(), state.inventory(), decision, outcome);
            } else {
                propose(decision, outcome);
            }
        });
        return outcome;
    }

    /** Holds what nobody's requests wait for, without counting it in: it is begun once it is approved. */
    private void propose(Decision decision, CompletableFuture<DecisionOutcome> outcome) {
        Plan plan = plan(state.inventory(), decision);
        if (plan.isEmpty()) {
            begin(Optional.empty(), state.inventory(), decision, plan, Optional.empty(), outcome);
            return;
        }
        JournalEntry.PlanProposed proposal = new JournalEntry.PlanProposed(scheduler.now(), decision, plan);
        journal(List.of(proposal), () -> {
            hold(proposal);
            outcome.complete(new DecisionOutcome(Optional.empty(), decision, plan, List.of()));
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
        run(done, () -> {
            journal(state.update(change.apply(state.inventory())), () -> {});
            refreshStorm();
            done.complete(state.inventory());
        });
        return done;
    }

    CompletionStage<Inventory> acceptReplicationLag(ReplicationWatch watch, VmId vm, String operator) {
        CompletableFuture<Inventory> done = new CompletableFuture<>();
        run(done, () -> {
            checkActing();
            watch.accept(vm);
            PlanExecutor.AUDIT.info("epoch {}: {} accepts the replication lag of {}", parts.epoch(), operator, vm);
            done.complete(state.inventory());
        });
        return done;
    }

    CompletionStage<DecisionOutcome> approve(PlanId plan, String operator) {
        CompletableFuture<DecisionOutcome> outcome = new CompletableFuture<>();
        run(outcome, () -> {
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
                        outcome);
            } else if (held.isPresent()) {
                outcomes.put(plan, outcome);
                journal(
                        List.of(new JournalEntry.PlanApproved(plan, operator)),
                        () -> held.get().approve(operator));
            } else {
                throw new IllegalArgumentException("no plan " + plan + " is held");
            }
        });
        return outcome;
    }

    CompletionStage<CenterHealth> health() {
        CompletableFuture<CenterHealth> health = new CompletableFuture<>();
        run(
                health,
                () -> health.complete(new CenterHealth(
                        parts.epoch(),
                        ended.isEmpty() && leads(),
                        journal.failingSince(),
                        storm.isOpen(),
                        executor.runs().stream().map(PlanRun::describe).toList())));
        return health;
    }

    /** Runs a task on the loop; what it throws, and that there is no loop any more, goes to the one who waits. */
    private void run(CompletableFuture<?> waiting, Runnable task) {
        try {
            scheduler.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException thrown) {
                    waiting.completeExceptionally(thrown);
                }
            });
        } catch (RejectedExecutionException closed) {
            waiting.completeExceptionally(new IllegalStateException("the management center is closed", closed));
        }
    }

    private void answerRepeated() {
        for (int i = 0; i < REPEATED_AT_ONCE; i++) {
            Repeated next = repeated.poll();
            if (next == null) {
                break;
            }
            publish(new HaEvent.ReportAccepted(scheduler.now(), next.report()));
            answer(next.report(), next.decision(), next.outcome());
        }
        isAnswering.set(false);
        if (!repeated.isEmpty() && isAnswering.compareAndSet(false, true)) {
            scheduler.execute(this::answerRepeated);
        }
    }

    private void answer(FaultReport report, Decision decision, CompletableFuture<DecisionOutcome> outcome) {
        Plan none = new Plan(new PlanId(lastPlan + 1), List.of());
        publish(new HaEvent.Decided(scheduler.now(), Optional.of(report), decision, none));
        DecisionOutcome result = new DecisionOutcome(Optional.of(report), decision, none, List.of());
        publish(new HaEvent.PlanEnded(scheduler.now(), result));
        outcome.complete(result);
    }

    private void handle(FaultReport report, CompletableFuture<DecisionOutcome> outcome) {
        checkActing();
        Decision decision = recoveries.limited(policy.decide(state.inventory(), report), scheduler.now());
        publish(new HaEvent.ReportAccepted(scheduler.now(), report));
        storm.onReport(report, scheduler.now());
        Inventory faulty = FaultEffects.apply(state.inventory(), report);
        begin(Optional.of(report), faulty, decision, outcome);
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

    private void begin(
            Optional<FaultReport> report,
            Inventory faulty,
            Decision decision,
            CompletableFuture<DecisionOutcome> outcome) {
        begin(report, faulty, decision, plan(faulty, decision), Optional.empty(), outcome);
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
            CompletableFuture<DecisionOutcome> outcome) {
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
                        .flatMap(host -> executor.vmsEverOn(host).stream())
                        .forEach(vm -> entries.addAll(state.confirmOff(vm))));
        entries.addAll(state.replace(decided, vms, hosts));
        publish(new HaEvent.Decided(scheduler.now(), report, decision, plan));
        // Before the plan may start: this report may be the one too many.
        refreshStorm();
        if (plan.isEmpty()) {
            journal(entries, () -> endEmpty(new DecisionOutcome(report, decision, plan, List.of()), outcome));
        } else {
            PlanRun run = executor.add((JournalEntry.PlanOpened) entries.get(0), approvedBy);
            approvedBy.ifPresent(operator -> entries.add(new JournalEntry.PlanApproved(plan.id(), operator)));
            outcomes.put(plan.id(), outcome);
            journal(entries, run::advance);
        }
    }

    private void endEmpty(DecisionOutcome result, CompletableFuture<DecisionOutcome> outcome) {
        publish(new HaEvent.PlanEnded(scheduler.now(), result));
        outcome.complete(result);
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
        executor.restoreServers(resumed);
        executor.restoreDecided(resumed);
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
        submit(report).whenComplete((outcome, thrown) -> {
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
        if (!postponed.isEmpty()) {
            List<Postponed> late = postponed;
            postponed = new ArrayList<>();
            late.forEach(one -> scheduler.execute(() -> take(one.report(), one.outcome())));
        }
    }

    @Override
    public void planEnded(PlanRun run, DecisionOutcome outcome) {
        journal(List.of(new JournalEntry.PlanClosed(run.plan().id())), () -> {
            publish(new HaEvent.PlanEnded(scheduler.now(), outcome));
            outcomes.removeAll(run.plan().id()).forEach(waiting -> waiting.complete(outcome));
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
        outcomes.values().forEach(waiting -> waiting.completeExceptionally(lost));
        outcomes.clear();
        postponed.forEach(late -> late.outcome().completeExceptionally(lost));
        postponed.clear();
    }

    @Override
    public boolean isStormGuardOpen() {
        return storm.isOpen();
    }
}
