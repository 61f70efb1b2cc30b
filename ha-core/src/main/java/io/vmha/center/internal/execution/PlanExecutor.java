package io.vmha.center.internal.execution;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.HostId;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the plans of a center beside one another. Steps for one VM run in the order of their plans, and each is judged just before
 * its effect. Confined to the center's loop.
 */
public final class PlanExecutor implements RunGuardContext.Plans {
    private static final Logger LOG = LoggerFactory.getLogger(PlanExecutor.class);

    private final ExecutorParts parts;
    private final CenterState state;
    private final Callbacks callbacks;
    private final HostSlots slots;
    private final ActionCalls calls;
    private final OffMeans offMeans;
    private final VmQueues queues = new VmQueues();
    private final Map<PlanId, PlanRun> runs = new TreeMap<>();
    private final HeldPlans held = new HeldPlans();
    private final PutOff putOff = new PutOff();
    /** What starts the steps that wait for room. */
    private Set<Runnable> awaitingRoom = new LinkedHashSet<>();
    /** What is to be judged again: one after the other, since what that ends makes others due, and a VM may have many plans. */
    private final Set<PlanRun> due = new LinkedHashSet<>();

    private boolean isRoomDue;
    private boolean isAdvancing;
    private FailoverConfig failover;
    /** How many turns were given to plans. */
    private long turns;

    private boolean stopped;

    /** Makes one without plans. */
    public PlanExecutor(ExecutorParts parts, CenterState state, Platform platform, Callbacks callbacks) {
        this.parts = parts;
        this.state = state;
        this.callbacks = callbacks;
        this.failover = parts.failover();
        this.slots = new HostSlots(parts.config().maxConcurrentActionsPerHost());
        KnownForCalls known = new KnownForCalls(state, platform, this::now, this::failover);
        this.calls = new ActionCalls(parts, platform, known, this::seen);
        this.offMeans = new OffMeans(parts, state, platform);
        state.pendingFrom(queues);
    }

    // Plans.

    /** Makes a run and puts it in the queues; {@link PlanRun#advance} starts it. */
    public PlanRun add(JournalEntry.PlanOpened opened, Optional<String> approvedBy) {
        PlanRun run = new PlanRun(opened, this, approvedBy);
        runs.put(run.id(), run);
        heldChanged(run);
        run.takesTurn(++turns);
        queues.add(run);
        putOff.add(run);
        run.subjects().forEach(state::pendingChanged);
        return run;
    }

    /** Makes a run of what an earlier center left, as far as that came. */
    public PlanRun resume(JournalState.OpenPlan left) {
        PlanRun run = add(left.opened(), left.approvedBy());
        run.resume(left);
        run.subjects().forEach(state::pendingChanged);
        return run;
    }

    /** The open plans, by number. */
    public Collection<PlanRun> runs() {
        return Collections.unmodifiableCollection(runs.values());
    }

    /** The open plan of that number. */
    public Optional<PlanRun> run(PlanId id) {
        return Optional.ofNullable(runs.get(id));
    }

    /** The open plans that have steps for a VM, the earliest first. */
    public Collection<PlanRun> runsOf(VmId vm) {
        return queues.of(vm);
    }

    /** The VMs whose start, clone or migration was begun to a host, and that may be there or not. */
    public Set<VmId> mayHavePlaced(HostId host) {
        return underWay(runs.values())
                .map(step -> step.step().action())
                .filter(action -> Placements.hostOf(action).filter(host::equals).isPresent())
                .flatMap(action -> action.vm().stream())
                .collect(ImmutableSet.toImmutableSet());
    }

    /** The hosts on which a VM may have been placed by steps that were tried and have not come to their end. */
    public Set<HostId> mayBePlacedOn(VmId vm) {
        return underWay(runsOf(vm))
                .map(step -> step.step().action())
                .filter(action -> action.vm().filter(vm::equals).isPresent())
                .flatMap(action -> Placements.hostOf(action).stream())
                .collect(ImmutableSet.toImmutableSet());
    }

    /** Whether a host's fencing was begun and has not come to its end: it may have been off since. */
    public boolean mayHaveFenced(HostId host) {
        return underWay(runs.values())
                .anyMatch(step -> step.action() instanceof Action.FenceHost fence
                        && fence.target().equals(host));
    }

    /** The steps that were tried and have not come to their end. */
    private static Stream<StepRun> underWay(Collection<PlanRun> plans) {
        return plans.stream().flatMap(run -> run.steps().stream()).filter(step -> step.isTried() && !step.isEnded());
    }

    /** The plans that are held, of which nothing was tried, and that count on a VM to serve. */
    public List<PlanRun> heldRunsCountingOn(VmId target) {
        return untried(held.countingOn(target));
    }

    /** The plans that are held, of which nothing was tried, and that place something on a host. */
    public List<PlanRun> heldRunsCountingOn(HostId host) {
        return untried(held.countingOn(host));
    }

    private List<PlanRun> untried(Set<PlanId> plans) {
        return plans.stream()
                .flatMap(id -> run(id).stream())
                .filter(run -> !run.isIdleOffer() && run.isUntried())
                .toList();
    }

    /** Takes a plan out of which nothing was tried, and ends it. */
    public void withdraw(PlanRun run) {
        run.withdrawn();
        forget(run);
    }

    /** Starts nothing more; what is under way ends and is written down. */
    public void stop() {
        stopped = true;
    }

    @Override
    public boolean isStopped() {
        return stopped;
    }

    /** Judges everything again that is held. */
    public void releaseHeld() {
        for (PlanId id : held.all()) {
            run(id).filter(run -> run.heldFor().isPresent()).ifPresent(run -> run.release(Optional.empty()));
        }
    }

    @Override
    public void heldChanged(PlanRun run) {
        if (run.heldFor().isPresent() && runs.containsKey(run.id())) {
            held.add(run.plan());
        } else {
            held.remove(run.plan());
        }
    }

    /** Judges everything again that has steps for a VM; where that is asked for while others are judged, after those. */
    public void advance(VmId vm) {
        due.addAll(queues.of(vm));
        advanceDue();
    }

    private void advanceDue() {
        if (isAdvancing) {
            return;
        }
        isAdvancing = true;
        try {
            while (!due.isEmpty() || isRoomDue) {
                if (due.isEmpty()) {
                    isRoomDue = false;
                    startWaiting();
                } else {
                    PlanRun next = due.iterator().next();
                    due.remove(next);
                    next.advance();
                }
            }
        } finally {
            isAdvancing = false;
        }
    }

    /** A VM's load was measured: its host may be overloaded no longer. */
    public void loaded(VmId vm) {
        if (!putOff.isEmpty()) {
            state.requireVm(vm).mayRunOn().forEach(putOff::advance);
        }
    }

    /** Judges everything again that waits for room or for a reading, or is put off; as {@link #advance(VmId)} does. */
    public void advanceRoom() {
        isRoomDue = true;
        advanceDue();
    }

    private void startWaiting() {
        Set<Runnable> waiting = awaitingRoom;
        awaitingRoom = new LinkedHashSet<>();
        waiting.forEach(Runnable::run);
        putOff.advance();
    }

    // What steps need.

    @Override
    public CenterState state() {
        return state;
    }

    @Override
    public ActionCalls calls() {
        return calls;
    }

    @Override
    public OffMeans offMeans() {
        return offMeans;
    }

    @Override
    public FailoverConfig failover() {
        return failover;
    }

    /** Operators chose otherwise: guards judge by that from now on. */
    public void reconfigure(FailoverConfig chosen) {
        failover = chosen;
    }

    @Override
    public HostSlots slots() {
        return slots;
    }

    @Override
    public Instant now() {
        return parts.scheduler().now();
    }

    @Override
    public Duration uptime() {
        return parts.scheduler().uptime();
    }

    @Override
    public long epoch() {
        return parts.epoch();
    }

    @Override
    public int maxAttempts() {
        return parts.config().retry().maxAttempts();
    }

    @Override
    public Duration backoffAfter(int attempt) {
        return parts.config().retry().backoffAfter(attempt, parts.random());
    }

    @Override
    public CenterScheduler.Cancellable schedule(Duration delay, Runnable task) {
        return parts.scheduler().schedule(delay, task);
    }

    @Override
    public Duration roomTimeout() {
        return parts.config().actionDeadline().multipliedBy(maxAttempts());
    }

    @Override
    public Duration redirectTimeout() {
        return parts.config().actionDeadline();
    }

    @Override
    public boolean isRedirectDue() {
        return putOff.isRedirectDue();
    }

    @Override
    public void isPutOff(Step step, Runnable start) {
        putOff.await(step, start);
    }

    @Override
    public void awaitsRoom(Runnable start) {
        awaitingRoom.add(start);
    }

    @Override
    public void publish(HaEvent event) {
        callbacks.publish(event);
    }

    @Override
    public void journal(List<JournalEntry> entries, Runnable then) {
        callbacks.journal(entries, then);
    }

    @Override
    public boolean isStillNeeded(SubjectDecision part) {
        return callbacks.isStillNeeded(part);
    }

    @Override
    public boolean isStillNeeded(SubjectDecision part, Action action) {
        return callbacks.isStillNeeded(part, action);
    }

    @Override
    public void lostLeadership(String detail) {
        callbacks.lostLeadership(detail);
    }

    @Override
    public void needsReading() {
        callbacks.needsReading();
    }

    @Override
    public void needsDatabases() {
        callbacks.needsDatabases();
    }

    @Override
    public boolean isPromotingBeside(ReplicaSetId set, StepRun asks) {
        return underWay(runs.values())
                .anyMatch(step -> step != asks
                        && step.step().action() instanceof Action.Promote promote
                        && setOf(promote.target()).filter(set::equals).isPresent());
    }

    /** Whether a step that another database of that set writes after is under way: until it ends none may write for a moment. */
    public boolean isHandingOver(ReplicaSetId set) {
        return acting().flatMap(run -> run.steps().stream())
                .filter(step -> step.isTried() || step.isDone())
                .anyMatch(step -> isDemotion(step, set));
    }

    /** A plan makes way for another writer from its first call to its promotion's end; one that had to call nobody does not. */
    @Override
    public boolean isHandingOverBeside(ReplicaSetId set, PlanRun asks) {
        return acting().filter(run -> run != asks)
                .filter(run -> run.steps().stream()
                        .anyMatch(step -> step.step().action() instanceof Action.Promote && !step.isEnded()))
                .flatMap(run -> run.steps().stream())
                .anyMatch(step -> step.isTried() && isDemotion(step, set));
    }

    private Stream<PlanRun> acting() {
        return runs.values().stream().filter(run -> run.heldFor().isEmpty() && !run.isIdleOffer());
    }

    private boolean isDemotion(StepRun step, ReplicaSetId set) {
        return step.step().action() instanceof Action.Demote demote
                && setOf(demote.target()).filter(set::equals).isPresent();
    }

    private Optional<ReplicaSetId> setOf(VmId vm) {
        return state.vm(vm)
                .flatMap(found -> state.vmDatabases().setOf(found.seen()))
                .map(ReplicaSet::id);
    }

    @Override
    public Verdict judge(PlanRun run, StepRun step, Action action) {
        Verdict verdict = Handlers.of(action).judge(new RunGuardContext(run, step, state, this));
        if (!verdict.passes() || action.vm().isEmpty()) {
            return verdict;
        }
        // A return home waits for its database to rejoin, in whichever plan that is.
        boolean isFirst = action instanceof Action.Rejoin
                || queues.isFirst(run, action.vm().get(), action);
        return isFirst ? Verdict.PASS : Verdict.NO_TURN;
    }

    @Override
    public boolean isAboutToMove(VmId owner, VmId from, PlanRun latest) {
        return queues.of(owner).stream()
                .filter(run -> !run.isIdleOffer() && run.turn() <= latest.turn())
                .flatMap(run -> run.stepsOf(owner).stream())
                .anyMatch(step -> !step.isEnded()
                        && step.step().action() instanceof Action.Redirect redirect
                        && !redirect.server().equals(from));
    }

    @Override
    public Optional<Reason> holdOf(PlanRun run, Action action) {
        if (callbacks.isPaused()) {
            return Optional.of(Reason.PAUSED);
        }
        if (run.isApproved()) {
            return Optional.empty();
        }
        return run.isIdleOffer() ? Optional.of(Reason.AWAITING_APPROVAL) : callbacks.heldBy(action);
    }

    @Override
    public void unexpected(Action action, Throwable thrown) {
        UserCode.log(LOG, "an adapter threw what is no AdapterException, to " + action, thrown);
    }

    private void seen(ReplicaSet reading, long begun) {
        if (!stopped) {
            callbacks.seen(reading, begun);
        }
    }

    @Override
    public void offerApproved(PlanRun run) {
        queues.remove(run);
        run.takesTurn(++turns);
        queues.add(run);
    }

    // Ends.

    @Override
    public void stepEnded(PlanRun run, StepRun step, Action tried, ActionResult result) {
        putOff.ended(step);
        callbacks.stepEnded(run, tried, result);
        Action planned = step.step().action();
        due.add(run);
        planned.vm().ifPresent(vm -> due.addAll(queues.of(vm)));
        if (planned instanceof Action.Redirect) {
            // A VM that they have left may be waiting to be started.
            run.opened().decision().parts().stream()
                    .flatMap(part -> part.subject().asVm().stream())
                    .forEach(vm -> due.addAll(queues.of(vm)));
        }
        advanceRoom();
    }

    @Override
    public void planEnded(PlanRun run, DecisionOutcome outcome) {
        forget(run);
        callbacks.planEnded(run, outcome);
    }

    @Override
    public void notCarriedOut(PlanRun run, SubjectDecision part, StepFailure failure, Action action) {
        callbacks.notCarriedOut(run, part, failure, action);
    }

    private void forget(PlanRun run) {
        runs.remove(run.id());
        held.remove(run.plan());
        queues.remove(run);
        putOff.remove(run);
        run.subjects().forEach(state::pendingChanged);
    }
}
