package io.vmha.center.internal;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.SetMultimap;
import io.vmha.adapter.Capability;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.center.internal.execution.Callbacks;
import io.vmha.center.internal.execution.PlanExecutor;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.execution.Platform;
import io.vmha.center.internal.execution.StepFailure;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.Changes;
import io.vmha.center.internal.state.HostRecord;
import io.vmha.center.internal.state.Sightings;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.journal.VmState;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A management center's loop: where reports, readings and operators' calls come in, and where what the executor does comes back.
 *
 * <p>How a fault is lived through: it is opened in the {@link CenterState} and stays open until something closes it; what it makes
 * necessary is derived ({@link Needs}) and decided ({@link Decisions}); the plan's remaining steps are its pending effects; each
 * step's guards are judged at its effect. What cannot be done now is an unmet need ({@link UnmetNeeds}), which a change wakes.
 *
 * <p>{@link #submit}, {@link #inventory} and {@link #run} may be called from any thread; everything else is confined to the
 * scheduler's loop.
 */
public final class CenterLoop
        implements Callbacks, ReportIntake.Callbacks, HeartbeatWatch.Callbacks, DatabaseWatch.Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(CenterLoop.class);
    /** For how long it is remembered when faults were closed: no report is older that is to count. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private static final Duration FORGETTING = Duration.ofMinutes(10);
    private static final long MEMORY_PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final PlanExecutor.Parts parts;
    private final Set<Capability> capabilities;
    private final CenterScheduler scheduler;
    private final CenterState state;
    private final ReportIntake intake;
    private final Recoveries recoveries;
    private final Quarantine quarantine;
    private final StormWatch storm;
    private final Faults faults;
    private final UnmetNeeds unmet;
    private final NeedNotes notes;
    private final Decisions decisions;
    private final Readings readings;
    private final Rejoins rejoins;
    private Optional<DatabaseWatch> databases = Optional.empty();
    private final JournalWriter journal;
    private final EventDispatcher events;
    private final PlanExecutor executor;
    private final StartedVms started;
    private final PendingDecisions pendings = new PendingDecisions();
    private final SetMultimap<PlanId, PendingDecision> waiting = HashMultimap.create();
    private CenterSettings settings;
    private boolean isSettling;
    private boolean isToSettle;
    private final Optional<IllegalStateException> endedByError =
            Optional.of(new IllegalStateException("the management center ended by an error"));
    private volatile Optional<IllegalStateException> ended = Optional.empty();
    private CenterScheduler.@Nullable Cancellable stormTimer;

    /** Makes a loop that has not started; {@link #resume} starts it. */
    public CenterLoop(
            PlanExecutor.Parts parts,
            HaPolicies policies,
            Platform platform,
            PlanJournal planJournal,
            Inventory start,
            JournalState left,
            List<HaListener> listeners) {
        this.parts = parts;
        this.capabilities = ImmutableSet.copyOf(platform.adapter().capabilities());
        this.scheduler = parts.scheduler();
        this.state = new CenterState(
                start, left, start.replicaSets().all(), platform.databases().keySet());
        this.settings = left.settings();
        this.storm = new StormWatch(parts.config().stormGuard(), parts.config().vmStormGuard());
        this.faults = new Faults(state, scheduler, storm);
        this.intake = new ReportIntake(
                scheduler, parts.config().unknownSubjectPatience(), new ReportFilter(left.reports()), pendings, this);
        this.recoveries = new Recoveries(parts.config().maxRecoveriesPerVm(), left.recoveries());
        this.quarantine = new Quarantine(this, scheduler, parts.config().hostQuarantine());
        this.unmet = new UnmetNeeds(scheduler, parts.random(), vm -> run(() -> retry(vm)));
        this.notes = new NeedNotes(this);
        this.events = new EventDispatcher(scheduler, listeners);
        this.journal = new JournalWriter(
                planJournal,
                parts.epoch(),
                scheduler,
                superseded -> lostLeadership(String.valueOf(superseded.getMessage())),
                why -> publish(new HaEvent.JournalChanged(scheduler.now(), why.isPresent(), why.orElse(""))));
        this.executor = new PlanExecutor(parts, state, platform, this);
        this.started = new StartedVms(parts, platform.adapter(), this::isActing);
        this.decisions = new Decisions(this, policies, left.lastPlan());
        this.readings = new Readings(this, scheduler, state, platform);
        this.rejoins = new Rejoins(scheduler, state, platform.databases(), decisions.chores()::rejoin);
    }

    private void retry(VmId vm) {
        decisions.refusals().retry(vm);
    }

    // Running on the loop.

    /** Runs a task on the loop now, and then whatever its changes make necessary. An error ends the center, which says so. */
    void run(Runnable task) {
        try {
            task.run();
            settle();
        } catch (Error thrown) {
            failed(thrown);
        }
    }

    /** Wakes what a change may help, and writes down what was changed. */
    private void settle() {
        if (isSettling) {
            return;
        }
        isSettling = true;
        try {
            Changes changes = state.drainChanges();
            if (!changes.isEmpty()) {
                unmet.wokenBy(changes).forEach(decisions::wake);
                executor.advanceRoom();
            }
            List<JournalEntry> entries = state.drainEntries();
            if (!entries.isEmpty()) {
                journal.append(entries, () -> {});
            }
        } finally {
            isSettling = false;
        }
    }

    /** Settles once what is waiting on the loop now was run: many changes at once are counted in at once. */
    private void settleSoon() {
        if (!isToSettle) {
            isToSettle = true;
            scheduler.execute(() -> {
                isToSettle = false;
                run(() -> {});
            });
        }
    }

    /** The loop cannot be trusted any more: the center ends, and all who wait are told. */
    public void failed(Throwable thrown) {
        if (ended.isPresent()) {
            LOG.debug("a task failed on the loop of a management center that has ended", thrown);
            return;
        }
        // Takes no memory, which may be what lacks.
        ended = endedByError;
        executor.stop();
        while (!isEndTold(thrown)) {
            LockSupport.parkNanos(MEMORY_PAUSE_NANOS);
        }
    }

    private boolean isEndTold(Throwable thrown) {
        try {
            IllegalStateException why = new IllegalStateException("the management center ended by an error", thrown);
            ended = Optional.of(why);
            logEnd(thrown);
            publish(new HaEvent.CenterEnded(scheduler.now(), thrown.toString()));
            pendings.failAll(why);
            return true;
        } catch (OutOfMemoryError full) {
            return false;
        }
    }

    /** Want of memory may have left a logger, or what it needs, unusable for good: the others are told all the same. */
    private static void logEnd(Throwable thrown) {
        try {
            LOG.error("the management center ends: an error on its loop", thrown);
        } catch (Throwable unheard) {
            // Nothing is left to say it to.
        }
    }

    /** Runs a task on the loop after a while. */
    void after(Duration delay, Runnable task) {
        if (delay.isZero()) {
            scheduler.execute(() -> run(task));
        } else {
            scheduler.schedule(delay, () -> run(task));
        }
    }

    /** Hands a task to the loop; what it throws, and that there is no loop any more, goes to the one who waits. */
    public <T> CompletionStage<T> ask(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        hand(answer::completeExceptionally, () -> answer.complete(question.get()));
        return answer;
    }

    /** Hands a task to the loop of which somebody waits for the decision. */
    public CompletionStage<DecisionOutcome> decide(Consumer<PendingDecision> task) {
        PendingDecision pending = pendings.add();
        hand(pending::fail, () -> {
            checkActing();
            task.accept(pending);
        });
        return pending.ended();
    }

    /** Looks at how things are, also once the center does not act any more. */
    public <T> CompletionStage<T> look(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            scheduler.execute(() -> {
                try {
                    answer.complete(question.get());
                } catch (Throwable thrown) {
                    answer.completeExceptionally(thrown);
                }
            });
        } catch (RejectedExecutionException closed) {
            answer.completeExceptionally(new IllegalStateException("the management center is closed", closed));
        }
        return answer;
    }

    private void hand(Consumer<Throwable> onFailure, Runnable task) {
        try {
            scheduler.execute(() -> {
                if (ended.isPresent()) {
                    onFailure.accept(ended.get());
                    return;
                }
                try {
                    task.run();
                } catch (RuntimeException thrown) {
                    onFailure.accept(thrown);
                } catch (Error thrown) {
                    LOG.error("a task on the management center's loop failed", thrown);
                    onFailure.accept(thrown);
                }
                run(() -> {});
            });
        } catch (RejectedExecutionException closed) {
            onFailure.accept(new IllegalStateException("the management center is closed", closed));
        }
    }

    // What the public class asks.

    /** The inventory as policies see it. Safe from any thread. */
    @Override
    public Inventory inventory() {
        return state.published();
    }

    /** Takes a report. Safe from any thread. */
    public PendingDecision submit(FaultReport report) {
        return intake.submit(report);
    }

    /** What the center knows and wants; on the loop. */
    CenterState state() {
        return state;
    }

    PlanExecutor executor() {
        return executor;
    }

    Decisions decisions() {
        return decisions;
    }

    UnmetNeeds unmet() {
        return unmet;
    }

    NeedNotes notes() {
        return notes;
    }

    Faults faults() {
        return faults;
    }

    /** A VM was deleted: one of its name to come is another one. */
    void forget(VmId vm) {
        decisions.forget(vm);
        started.stopped(vm);
        journal(recoveries.clear(vm), () -> {});
    }

    Recoveries recoveries() {
        return recoveries;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    /** A host is up; one that was lost may have VMs, or not, and counts as having flapped unless it was taken out of service. */
    void hostIsUp(HostRecord host) {
        boolean wasLost = !host.health().runsVms();
        state.health().up(host.seen().id(), now());
        if (wasLost) {
            HostId id = host.seen().id();
            state.places().toBeRead(id, executor.mayHaveCloned(id));
            needsReading();
            if (!host.seen().inMaintenance()) {
                quarantine.flapped(host.seen().id());
            }
        }
    }

    ReportIntake intake() {
        return intake;
    }

    /** Reads the platform at regular times. */
    public void resyncEvery(Duration interval) {
        readings.every(interval);
    }

    /** What the platform can do. */
    Set<Capability> capabilities() {
        return capabilities;
    }

    long epoch() {
        return parts.epoch();
    }

    CenterConfig config() {
        return parts.config();
    }

    Instant now() {
        return scheduler.now();
    }

    CenterSettings settings() {
        return settings;
    }

    /** Operators chose otherwise. */
    void settings(CenterSettings chosen) {
        settings = chosen;
        journal(List.of(new JournalEntry.SettingsChanged(chosen)), () -> {});
    }

    /** How it is. */
    CenterHealth describe() {
        return new CenterHealth(
                parts.epoch(),
                ended.isEmpty() && leads(),
                journal.failingSince(),
                storm.open().isPresent(),
                executor.runs().stream().map(PlanRun::describe).toList());
    }

    // Reports.

    @Override
    public boolean isKnown(FaultSubject subject) {
        return ended.isPresent()
                || subject.fold(
                        vm -> state.vm(vm)
                                .filter(found -> !found.is(VmState.Flag.DELETED))
                                .isPresent(),
                        host -> state.host(host).isPresent());
    }

    @Override
    public void ignore(FaultReport report, SubjectDecision.Ignored decision, PendingDecision pending) {
        publish(new HaEvent.ReportAccepted(scheduler.now(), report));
        tell(report, decision, pending);
    }

    /** Tells that nothing follows from a report. */
    private void tell(FaultReport report, Decision decision, PendingDecision pending) {
        Plan none = new Plan(new PlanId(1), List.of());
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
        publish(new HaEvent.ReportAccepted(scheduler.now(), report));
        report.subject()
                .fold(
                        vm -> {
                            handleVm(state.requireVm(vm), report, pending);
                            return vm;
                        },
                        host -> {
                            handleHost(state.requireHost(host), report, pending);
                            return host;
                        });
        settleSoon();
    }

    private void handleVm(VmRecord vm, FaultReport report, PendingDecision pending) {
        Faults.Taken taken = faults.ofVm(vm, report);
        if (vm.is(VmState.Flag.UNSEARCHED)) {
            needsReading();
        }
        boolean isUnmet = taken == Faults.Taken.REPEATED && unmet.has(vm.id());
        if (taken == Faults.Taken.OPENED || isUnmet) {
            // What was planned before may have lost its point.
            executor.advance(vm.id());
            decisions.replanning().replan(executor.heldRunsCountingOn(vm.id()));
            decisions.add(new Decisions.Undecided(report, pending, List.of(vm.id())));
        } else {
            remember(report);
            tell(report, Faults.ignored(report.subject(), report, taken), pending);
        }
    }

    private void handleHost(HostRecord host, FaultReport report, PendingDecision pending) {
        List<VmId> lost = new ArrayList<>();
        Faults.Taken taken = faults.ofHost(host, report, lost::add);
        if (taken == Faults.Taken.OPENED) {
            // Before anything is judged: decisions may be gathered for a while.
            refreshStorm();
            lost.forEach(executor::advance);
            lost.forEach(vm -> decisions.replanning().replan(executor.heldRunsCountingOn(vm)));
            decisions
                    .replanning()
                    .replan(executor.heldRunsCountingOn(host.seen().id()));
            executor.releaseHeld();
            Set<VmId> affected = new LinkedHashSet<>(lost);
            // What failed there before may have been served by what is lost now.
            state.vmsAt(host.seen().id()).stream()
                    .filter(vm -> state.vm(vm).filter(VmRecord::isFailed).isPresent())
                    .forEach(affected::add);
            decisions.add(new Decisions.Undecided(report, pending, List.copyOf(affected)));
            return;
        }
        remember(report);
        List<SubjectDecision> ignored = new ArrayList<>();
        if (taken == Faults.Taken.REPEATED) {
            state.vms().stream()
                    .filter(vm ->
                            vm.isFailed() && vm.seen().host().equals(host.seen().id()))
                    .map(VmRecord::id)
                    .sorted()
                    .forEach(vm -> {
                        if (unmet.has(vm)) {
                            decisions.refusals().retry(vm);
                        }
                        ignored.add(Faults.ignored(new FaultSubject.OfVm(vm), report, taken));
                    });
        }
        if (ignored.isEmpty()) {
            ignored.add(Faults.ignored(report.subject(), report, taken));
        }
        tell(report, ignored.size() == 1 ? ignored.get(0) : new DecisionBatch(List.copyOf(ignored)), pending);
    }

    private void remember(FaultReport report) {
        journal(List.of(new JournalEntry.ReportTaken(scheduler.now(), report)), () -> {});
    }

    void ended(DecisionOutcome result, PendingDecision pending) {
        publish(new HaEvent.PlanEnded(scheduler.now(), result));
        pending.end(result);
    }

    void waitsFor(PlanId plan, PendingDecision pending) {
        waiting.put(plan, pending);
    }

    // Readings.

    @Override
    public void needsReading() {
        readings.need();
    }

    /** Applies a reading of the platform. */
    void apply(Sightings sightings) {
        new Observation(this, sightings).apply();
    }

    // The executor's callbacks.

    @Override
    public boolean isStillNeeded(SubjectDecision part) {
        return part.accept(new SubjectDecision.Visitor<Boolean>() {
            @Override
            public Boolean visitRedirect(SubjectDecision.Redirect redirect) {
                return isFailedOrStopped(redirect.vm()) || isServedInVain(redirect.vm());
            }

            @Override
            public Boolean visitRestart(SubjectDecision.Restart restart) {
                return isToRun(restart.vm());
            }

            @Override
            public Boolean visitReclone(SubjectDecision.Reclone reclone) {
                return isToRun(reclone.vm());
            }

            @Override
            public Boolean visitReallocate(SubjectDecision.Reallocate reallocate) {
                return state.vm(reallocate.vm()).isPresent();
            }

            @Override
            public Boolean visitShift(SubjectDecision.Shift shift) {
                return state.vm(shift.vm()).isPresent();
            }

            @Override
            public Boolean visitMigrate(SubjectDecision.Migrate migrate) {
                return state.vm(migrate.vm())
                        .filter(vm -> Needs.isToLeave(vm, state)
                                || state.away().homeOf(migrate.vm()).equals(Optional.of(migrate.to()))
                                || vm.mayRunOn().size() > 1
                                || !vm.seen().host().equals(migrate.from()))
                        .isPresent();
            }

            @Override
            public Boolean visitFailback(SubjectDecision.Failback failback) {
                return state.vm(failback.vm())
                        .filter(vm -> !vm.isFailed() && vm.is(VmState.Flag.RETURNING))
                        .isPresent();
            }

            @Override
            public Boolean visitNoTarget(SubjectDecision.NoTarget noTarget) {
                return false;
            }

            @Override
            public Boolean visitBlocked(SubjectDecision.Blocked blocked) {
                return false;
            }

            @Override
            public Boolean visitIgnored(SubjectDecision.Ignored ignored) {
                return false;
            }
        });
    }

    private boolean isFailedOrStopped(VmId id) {
        return state.vm(id)
                .filter(vm -> vm.isFailed() || vm.desired() == DesiredState.OFF || Needs.isGone(vm.server(), state))
                .isPresent();
    }

    /** Whether a VM's requests go to a database that does not accept writes, or to a VM that was deleted. */
    private boolean isServedInVain(VmId id) {
        return state.vm(id)
                .filter(vm -> Needs.isBesideWriter(vm, state)
                        || (!vm.server().equals(id) && Needs.isGone(vm.server(), state)))
                .isPresent();
    }

    /** A start that is under way does not end the need for it. */
    private boolean isToRun(VmId id) {
        return state.vm(id)
                .filter(vm -> vm.isFailed()
                        || (vm.desired() == DesiredState.RUNNING
                                && (vm.mayRunOn().isEmpty() || (vm.isActedOn() && vm.power() != PowerState.ON))))
                .isPresent();
    }

    @Override
    public Optional<Reason> heldBy(Action action) {
        boolean powersOff = action.kind() == ActionKind.POWER_OFF || action.kind() == ActionKind.FENCE_HOST;
        if (powersOff && storm.open().isPresent()) {
            return storm.open();
        }
        AutomationLevel level = settings.automation().orElse(parts.config().automation());
        return switch (level) {
            case MANUAL -> Optional.of(Reason.AWAITING_APPROVAL);
            case PARTIAL -> powersOff ? Optional.of(Reason.AWAITING_APPROVAL) : Optional.empty();
            case FULL -> Optional.empty();
        };
    }

    @Override
    public boolean isPaused() {
        return settings.isPaused();
    }

    @Override
    public void stepEnded(PlanRun run, Action action, ActionResult result) {
        if (result == ActionResult.DONE) {
            if (action instanceof Action.FenceHost fence) {
                fenced(fence.target());
            } else if (action instanceof Action.Migrate migrate) {
                moved(run, migrate);
            } else if (action instanceof Action.PowerOn powerOn) {
                started.started(powerOn.target());
                unmet.remove(powerOn.target());
                decisions.refusals().recovered(powerOn.target());
                returnHome(powerOn.target());
            } else if (action instanceof Action.PowerOff powerOff) {
                started.stopped(powerOff.target());
            } else if (action instanceof Action.Redirect redirect) {
                started.redirected(redirect.owner(), redirect.server());
            }
        }
        action.vm().ifPresent(executor::advance);
        settleSoon();
    }

    private void moved(PlanRun run, Action.Migrate migrate) {
        boolean isForMaintenance = run.opened().decision().parts().stream()
                .anyMatch(part -> part instanceof SubjectDecision.Migrate moved
                        && moved.vm().equals(migrate.target())
                        && moved.trigger() == Trigger.MAINTENANCE);
        if (isForMaintenance) {
            state.away().leftHome(migrate.target(), migrate.from(), migrate.to());
        }
    }

    /** A VM that was stopped on purpose and runs again has its requests back, and so has one whose server was deleted. */
    private void returnHome(VmId id) {
        state.vm(id)
                .filter(vm ->
                        !vm.server().equals(id) && (vm.is(VmState.Flag.RETURNING) || Needs.isGone(vm.server(), state)))
                .ifPresent(vm -> {
                    state.flag(id, VmState.Flag.RETURNING, true);
                    decisions.wake(id);
                });
    }

    /** A host that was fenced took its VMs with it; those that were well have failed by that. */
    private void fenced(HostId host) {
        if (state.requireHost(host).health() != HostHealth.DOWN) {
            // It came up meanwhile: before it was fenced, or after.
            needsReading();
            return;
        }
        FaultReport report =
                FaultReport.ofHost(host, FaultKind.HOST_DOWN, scheduler.now(), "center", state.beginReading());
        for (VmRecord vm : state.vms()) {
            boolean isLost = vm.mayRunOn().isEmpty()
                    && vm.seen().host().equals(host)
                    && vm.desired() == DesiredState.RUNNING
                    && !vm.isFailed()
                    && !vm.is(VmState.Flag.DELETED)
                    && vm.seen().power() != PowerState.OFF;
            if (isLost) {
                state.health().opened(vm.id(), new OpenFault(report, scheduler.now()));
                decisions.wake(vm.id());
            }
        }
    }

    @Override
    public void notCarriedOut(PlanRun run, SubjectDecision part, StepFailure failure, Action action) {
        decisions.refusals().notCarriedOut(run, part, failure, action);
    }

    @Override
    public void planEnded(PlanRun run, DecisionOutcome outcome) {
        journal(List.of(new JournalEntry.PlanClosed(run.id())), () -> {
            publish(new HaEvent.PlanEnded(scheduler.now(), outcome));
            waiting.removeAll(run.id()).forEach(pending -> pending.end(outcome));
        });
        run.plan().steps().forEach(step -> listUnneededClone(step.action()));
        outcome.actions().stream()
                .filter(action -> action.result() == ActionResult.DONE)
                .forEach(action -> wakeAfterHandover(action.action()));
        outcome.actions().stream()
                .filter(action -> action.result() == ActionResult.FAILED && action.action() instanceof Action.PowerOff)
                .forEach(action -> action.action()
                        .vm()
                        .flatMap(state::vm)
                        .ifPresent(vm -> decisions.power().notStopped(vm, action.detail())));
        // It may have been lost while it was on the move.
        run.subjects()
                .forEach(id -> state.vm(id).ifPresent(vm -> {
                    reportIfStopped(vm);
                    if (!vm.isActedOn()) {
                        loseWithHost(vm);
                    }
                }));
        // What came up meanwhile waited for this plan's end; what was just refused waits for a change, or for its time.
        boolean isProgress = outcome.actions().stream()
                .anyMatch(action -> action.result() == ActionResult.DONE && action.attempt() > 0);
        if (!isProgress) {
            decisions.returns().cameToNothing(outcome.decision());
        }
        run.subjects().stream().filter(vm -> isProgress || !unmet.has(vm)).forEach(decisions::wake);
    }

    /** Whoever's requests go to a database of that set waited for the end of the handover. */
    private void wakeAfterHandover(Action action) {
        if (action instanceof Action.Demote demote) {
            state.vm(demote.target())
                    .flatMap(vm -> state.vmDatabases().setOf(vm.seen()))
                    .ifPresent(set -> state.vmDatabases().vmsOf(set.id()).forEach(vm -> decisions.wake(vm.id())));
        }
    }

    /** It was repaired while its clone was made: that is not started any more. */
    private void listUnneededClone(Action action) {
        if (action instanceof Action.CloneFromTemplate clone) {
            state.vm(clone.target())
                    .filter(vm -> vm.is(VmState.Flag.HALF_MADE) && !vm.isFailed())
                    .ifPresent(vm -> state.leftovers().cloneNotNeeded(vm.id(), clone.on(), now()));
        }
    }

    @Override
    public void journal(List<JournalEntry> entries, Runnable then) {
        List<JournalEntry> changed = state.drainEntries();
        journal.append(
                changed.isEmpty()
                        ? entries
                        : ImmutableList.<JournalEntry>builder()
                                .addAll(entries)
                                .addAll(changed)
                                .build(),
                then);
    }

    @Override
    public void publish(HaEvent event) {
        events.publish(event);
    }

    // Storms.

    void refreshStorm() {
        Duration now = scheduler.uptime();
        Optional<Reason> before = storm.open();
        if (storm.refresh(state, now)) {
            publish(new HaEvent.StormGuardChanged(scheduler.now(), storm.open().isPresent(), storm.lost()));
        }
        if (before.isPresent() && !before.equals(storm.open())) {
            executor.releaseHeld();
        }
        if (stormTimer != null) {
            stormTimer.cancel();
            stormTimer = null;
        }
        storm.nextChange(now).ifPresent(wait -> stormTimer = scheduler.schedule(wait, () -> run(this::refreshStorm)));
    }

    // Watches.

    @Override
    public void heard(VmId vm) {
        started.heard(vm);
    }

    @Override
    public void suspected(VmId vm, boolean isSuspect) {
        state.health().suspected(vm, isSuspect);
        run(() -> {});
    }

    /** Sets what reads the replica sets. */
    public void databasesFrom(DatabaseWatch watch) {
        databases = Optional.of(watch);
    }

    @Override
    public void needsDatabases() {
        databases.ifPresent(DatabaseWatch::need);
    }

    @Override
    public long beginsReading() {
        return state.beginReading();
    }

    @Override
    public void read(ReplicaSet reading, long begun) {
        run(() -> observed(reading, begun));
    }

    @Override
    public void seen(ReplicaSet reading) {
        observed(reading, state.beginReading());
    }

    private void observed(ReplicaSet reading, long begun) {
        Set<MemberId> before = state.databases().writers(reading.id());
        state.vmDatabases().observed(reading, begun, now());
        Set<MemberId> after = state.databases().writers(reading.id());
        if (!before.equals(after)) {
            // Whoever is served beside the writer now has a need.
            state.vmDatabases().vmsOf(reading.id()).stream()
                    .filter(vm -> Needs.isBesideWriter(vm, state))
                    .map(VmRecord::id)
                    .forEach(decisions::wake);
        }
        rejoins.look(reading.id());
        executor.advanceRoom();
    }

    @Override
    public void report(FaultReport report) {
        CompletionStage<DecisionOutcome> unused = submit(report).ended().whenComplete((outcome, thrown) -> {
            if (thrown != null) {
                LOG.warn("{} of {} was found but not decided", report.kind(), report.subject(), thrown);
            }
        });
    }

    // Life.

    /** Goes on with what an earlier center left. */
    public void resume(JournalState left) {
        run(() -> {
            if (left.isFirst()) {
                // With what there is now, in one write: that a VM was off when this began must not be taken for a
                // failure later.
                settings(settings);
            }
            List<PlanRun> resumed = new ArrayList<>();
            for (JournalState.OpenPlan open : left.open()) {
                PlanRun run = executor.resume(open);
                publish(new HaEvent.PlanResumed(scheduler.now(), open.opened().decision(), run.plan()));
                resumed.add(run);
            }
            state.hosts().stream()
                    .filter(host -> !host.health().runsVms())
                    .forEach(host -> storm.lost(host.seen().id(), scheduler.uptime()));
            refreshStorm();
            quarantine.resume(left.flaps());
            resumed.forEach(PlanRun::advance);
            wakeNeedy();
            if (!left.isFirst()) {
                reportStopped();
            }
            boolean isTakenOver = !left.vms().isEmpty()
                    || !left.open().isEmpty()
                    || !left.hosts().isEmpty();
            if (isTakenOver) {
                readings.need();
            }
            forgetAtTimes();
        });
    }

    /** What was imported may make something necessary, and where VMs are is read first. */
    void goOnAfterImport() {
        refreshStorm();
        wakeNeedy();
        readings.need();
        executor.releaseHeld();
    }

    /** Most VMs are as they should be, and are not looked at closely. */
    private void wakeNeedy() {
        Set<VmId> looked = new TreeSet<>();
        state.vms().stream()
                .filter(vm -> !vm.isUnremarkable())
                .map(VmRecord::id)
                .forEach(looked::add);
        state.hosts().stream()
                .filter(host -> host.seen().inMaintenance() || host.health() != HostHealth.UP)
                .forEach(host -> looked.addAll(state.vmsAt(host.seen().id())));
        looked.stream()
                .flatMap(vm -> state.vm(vm).stream())
                .filter(vm ->
                        !Needs.of(vm, state, decisions.policies().config()).isEmpty())
                .forEach(vm -> decisions.wake(vm.id()));
    }

    /** What went down while no center was there is found by what there is at the start. */
    private void reportStopped() {
        state.vms().forEach(this::reportIfStopped);
    }

    /** A VM that turns out to be on a lost host alone is lost with it, though it was uncertain when the host was. */
    void loseWithHost(VmRecord vm) {
        boolean isCertain = vm.mayRunOn().size() == 1 && vm.desired() == DesiredState.RUNNING;
        if (!isCertain || vm.isFailed() || vm.is(VmState.Flag.DELETED)) {
            return;
        }
        state.host(vm.mayRunOn().iterator().next())
                .filter(host -> !host.health().runsVms())
                .flatMap(HostRecord::fault)
                .ifPresent(fault -> {
                    state.health().opened(vm.id(), fault);
                    decisions.wake(vm.id());
                });
    }

    /** A VM that is to run, is off and for which nothing is under way has failed, whoever was to notice. */
    void reportIfStopped(VmRecord vm) {
        boolean isStopped = vm.desired() == DesiredState.RUNNING
                && vm.isConfirmedOff()
                && !vm.isFailed()
                && !vm.is(VmState.Flag.DELETED)
                && executor.runsOf(vm.id()).isEmpty();
        if (isStopped) {
            report(FaultReport.ofVm(
                    vm.id(), FaultKind.POWERED_OFF, now(), "platform epoch " + parts.epoch(), state.beginReading()));
        }
    }

    private void forgetAtTimes() {
        scheduler.scheduleBackground(
                FORGETTING,
                () -> run(() -> {
                    if (isActing()) {
                        state.health().forgetClosedBefore(now().minus(REMEMBERED));
                        forgetAtTimes();
                    }
                }));
    }

    /** Tells who still waits that the center is closed. Once the loop has ended. */
    public void closed() {
        pendings.failAll(ended.orElseGet(() -> new IllegalStateException("the management center is closed")));
    }

    /** Starts nothing more. */
    public void stop() {
        if (ended.isEmpty()) {
            ended = Optional.of(new IllegalStateException("the management center is closed"));
        }
        executor.stop();
    }

    @Override
    public boolean isActing() {
        return ended.isEmpty() && leads();
    }

    void checkActing() {
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

    @Override
    public void lostLeadership(String detail) {
        if (ended.isPresent()) {
            return;
        }
        NotLeaderException lost = new NotLeaderException(
                "this center does not lead any more: " + detail + "; the leader finishes the plans that are open");
        ended = Optional.of(lost);
        executor.stop();
        publish(new HaEvent.LeadershipLost(scheduler.now(), parts.epoch(), detail));
        pendings.failAll(lost);
    }
}
