package io.vmha.center.internal.execution;

import com.google.common.collect.ImmutableList;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One open plan: starts each step as soon as those that it waits for are done, and skips what waits for a step that was not done.
 * Confined to the center's loop.
 */
public final class PlanRun implements StepRun.Owner {
    /** What plans are carried out by and with. */
    interface Environment extends StepEnvironment {
        /** Tells listeners. */
        void publish(HaEvent event);

        /** Whether what a decision is for is still there. */
        boolean isStillNeeded(SubjectDecision part);

        /** Whether a decision still needs that one of its steps is done. */
        boolean isStillNeeded(SubjectDecision part, Action action);

        /** Whether a step of a plan may do that now. */
        Verdict judge(PlanRun run, StepRun step, Action action);

        /** What holds an action back; empty where an operator approved its plan, unless the whole center is paused. */
        Optional<Reason> holdOf(PlanRun run, Action action);

        /** What was only offered is to be done: after all that was decided meanwhile, which did not wait for it. */
        void offerApproved(PlanRun run);

        /** A plan is held from now on, or not any more. */
        void heldChanged(PlanRun run);

        /** A step came to its end: lets go on whatever waited for it. */
        void stepEnded(PlanRun run, StepRun step, Action tried, ActionResult result);

        /** A decision is not carried out, since one of its steps was not done. */
        void notCarriedOut(PlanRun run, SubjectDecision part, StepFailure failure, Action action);

        /** A plan came to its end. */
        void planEnded(PlanRun run, DecisionOutcome outcome);
    }

    private final JournalEntry.PlanOpened opened;
    private final Environment executor;
    private final List<StepRun> steps = new ArrayList<>();
    private final List<Set<Integer>> stepsOfPart = new ArrayList<>();
    /** The decisions that a step is for, itself or by what waits for it. */
    private final List<List<Integer>> partsOfStep;

    private final List<SubjectDecision> parts;
    private final Map<VmId, List<StepRun>> byVm = new LinkedHashMap<>();
    private final Set<Integer> heldSteps = new TreeSet<>();
    private final List<ActionRecord> records = new ArrayList<>();
    private final Instant since;
    private Optional<Reason> heldFor = Optional.empty();
    private Optional<String> approvedBy;
    private long turn;
    private boolean wasApproved;
    private boolean isWithdrawn;
    private boolean ended;

    PlanRun(JournalEntry.PlanOpened opened, Environment executor, Optional<String> approvedBy) {
        this.opened = opened;
        this.executor = executor;
        this.approvedBy = approvedBy;
        this.since = executor.now();
        this.parts = new ArrayList<>(opened.decision().parts());
        for (Step step : opened.plan().steps()) {
            StepRun stepRun = new StepRun(this, executor, step);
            steps.add(stepRun);
            step.action()
                    .vm()
                    .ifPresent(vm ->
                            byVm.computeIfAbsent(vm, id -> new ArrayList<>()).add(stepRun));
        }
        parts.forEach(part -> stepsOfPart.add(PartSteps.of(part, opened.plan())));
        this.partsOfStep = PartSteps.partsByStep(stepsOfPart, opened.plan());
    }

    /** What will be done. */
    @Override
    public Plan plan() {
        return opened.plan();
    }

    /** Its number. */
    @Override
    public PlanId id() {
        return opened.plan().id();
    }

    /** What led to it, and what was decided. */
    public JournalEntry.PlanOpened opened() {
        return opened;
    }

    List<StepRun> steps() {
        return Collections.unmodifiableList(steps);
    }

    /** The VMs that it has steps for. */
    public Set<VmId> subjects() {
        return Collections.unmodifiableSet(byVm.keySet());
    }

    List<StepRun> stepsOf(VmId vm) {
        return byVm.getOrDefault(vm, List.of());
    }

    /** Whether it still has steps of those kinds to end for that VM. */
    boolean isPendingOn(VmId vm, Set<ActionKind> kinds) {
        for (StepRun step : stepsOf(vm)) {
            if (!step.isEnded() && kinds.contains(step.step().action().kind())) {
                return true;
            }
        }
        return false;
    }

    /** The VMs whose databases were to be promoted and were not. */
    public Set<VmId> notPromoted() {
        return steps.stream()
                .filter(step -> step.isEnded() && !step.isDone())
                .flatMap(step -> step.step().action() instanceof Action.Promote promote
                        ? Stream.of(promote.target())
                        : Stream.empty())
                .collect(Collectors.toSet());
    }

    /** The decisions that are not carried out yet, and not given up. */
    public List<SubjectDecision> openParts() {
        ImmutableList.Builder<SubjectDecision> open = ImmutableList.builder();
        for (int i = 0; i < parts.size(); i++) {
            if (!(parts.get(i) instanceof SubjectDecision.Blocked)
                    && stepsOfPart.get(i).stream()
                            .anyMatch(step -> !steps.get(step).isEnded())) {
                open.add(parts.get(i));
            }
        }
        return open.build();
    }

    /** Whether a step acts for something that is still there. */
    boolean isStillNeeded(StepRun step) {
        List<Integer> of = partsOfStep.get(step.step().number());
        for (int part : of) {
            if (!(parts.get(part) instanceof SubjectDecision.Blocked)
                    && executor.isStillNeeded(
                            opened.decision().parts().get(part), step.step().action())) {
                return true;
            }
        }
        return of.isEmpty() && NeededAlone.isNeeded(step.step().action(), executor.state());
    }

    /** Whether an operator approved it. */
    public boolean isApproved() {
        return approvedBy.isPresent();
    }

    /** What holds it. */
    @Override
    public Optional<Reason> heldFor() {
        return heldFor;
    }

    /** Whether it is only offered: nothing of it counts before an operator approves. */
    @Override
    public boolean isIdleOffer() {
        return opened.isOffer() && approvedBy.isEmpty();
    }

    /** Whether plans of a later turn wait for it: those do not wait for an offer that nobody has taken up. */
    boolean isWaitedFor() {
        return !opened.isOffer() || wasApproved();
    }

    /** It comes after all plans with an earlier turn. */
    void takesTurn(long next) {
        turn = next;
    }

    /** When its turn is among the plans for its VMs: by when it was decided, an offer by when it was approved. */
    long turn() {
        return turn;
    }

    /** Whether nothing of it has been tried. */
    public boolean isUntried() {
        return steps.stream().noneMatch(step -> step.isTried() || step.isEnded());
    }

    /** Takes up what an earlier center left of the plan. */
    void resume(JournalState.OpenPlan left) {
        for (StepRun step : steps) {
            int number = step.step().number();
            JournalEntry.StepEnded stepEnded = left.ended().get(number);
            JournalEntry.StepStarted started = left.started().get(number);
            if (stepEnded != null) {
                step.resume(stepEnded);
                if (stepEnded.result() != ActionResult.DONE) {
                    block(step, StepFailure.of(stepEnded), false);
                }
            } else if (started != null) {
                step.resume(started, readySince(step, left));
            }
        }
    }

    /** When a step's first try can have begun at the earliest: once all that it waits for was done. */
    private static Instant readySince(StepRun step, JournalState.OpenPlan left) {
        return step.step().after().stream()
                .flatMap(before -> Optional.ofNullable(left.ended().get(before)).stream())
                .map(JournalEntry.StepEnded::at)
                .max(Comparator.naturalOrder())
                .orElse(left.opened().at());
    }

    /** Starts every step that can start, skips every step that never will, and ends the run when all have ended. */
    public void advance() {
        if (isWithdrawn) {
            return;
        }
        for (StepRun step : steps) {
            if (step.state().isIdle()) {
                advance(step);
            }
        }
        if (!ended && steps.stream().allMatch(StepRun::isEnded)) {
            ended = true;
            executor.planEnded(this, new DecisionOutcome(opened.report(), decision(), plan(), records));
        }
    }

    private void advance(StepRun step) {
        boolean isReady = true;
        for (int earlier : step.step().after()) {
            StepRun before = steps.get(earlier);
            if (before.isEnded() && !before.isDone()) {
                step.skip(before);
                return;
            }
            isReady &= before.isDone();
        }
        if (isReady) {
            step.start();
        } else if (!isStillNeeded(step)) {
            step.giveUp();
        }
    }

    private Decision decision() {
        return parts.size() == 1 ? parts.get(0) : new DecisionBatch(parts);
    }

    @Override
    public Verdict judge(StepRun step, Action action) {
        return executor.judge(this, step, action);
    }

    /** A step cannot start before an operator approves, a storm guard clears or a pause ends. */
    @Override
    public void held(StepRun step, Reason reason) {
        boolean isNew = heldSteps.add(step.step().number());
        if (heldFor.isEmpty() || isNew || !heldFor.get().equals(reason)) {
            heldFor = Optional.of(reason);
            executor.heldChanged(this);
            subjects().forEach(executor.state()::pendingChanged);
            executor.publish(new HaEvent.PlanHeld(
                    executor.now(),
                    plan(),
                    reason,
                    partsWaitingFor(Set.of(step.step().number()))));
        }
    }

    private List<SubjectDecision> partsWaitingFor(Set<Integer> held) {
        Set<Integer> waiting = held.stream()
                .flatMap(step -> PartSteps.dependents(step, plan()).stream())
                .collect(Collectors.toSet());
        ImmutableList.Builder<SubjectDecision> found = ImmutableList.builder();
        for (int i = 0; i < parts.size(); i++) {
            if (!Collections.disjoint(stepsOfPart.get(i), waiting)
                    && !(parts.get(i) instanceof SubjectDecision.Blocked)) {
                found.add(parts.get(i));
            }
        }
        return found.build();
    }

    /** It is taken back: no step of it starts any more, whatever still waits for its time. */
    void withdrawn() {
        isWithdrawn = true;
        steps.forEach(StepRun::withdrawn);
    }

    @Override
    public boolean isWithdrawn() {
        return isWithdrawn;
    }

    /** An operator approves it; it goes on once that is written down. */
    public void approvalBegins() {
        wasApproved = true;
        if (opened.isOffer()) {
            executor.offerApproved(this);
        }
    }

    /** Whether an operator approved it, though it may not go on yet. */
    public boolean wasApproved() {
        return wasApproved || isApproved();
    }

    /** Goes on in the name of an operator. */
    public void approve(String operator) {
        approvedBy = Optional.of(operator);
        subjects().forEach(executor.state()::pendingChanged);
        release(approvedBy);
    }

    /** Lets every step that is held be judged again. */
    public void release(Optional<String> operator) {
        if (heldFor.isEmpty()) {
            advance();
            return;
        }
        Reason before = heldFor.get();
        Set<Integer> goOn = new TreeSet<>();
        Optional<Reason> now = Optional.empty();
        for (int number : heldSteps) {
            StepRun step = steps.get(number);
            if (!step.isEnded()) {
                Optional<Reason> hold = executor.holdOf(this, step.step().action());
                now = now.or(() -> hold);
                if (hold.isEmpty()
                        && executor.judge(this, step, step.step().action()).kind() != Verdict.Kind.NEVER) {
                    goOn.add(number);
                }
            }
        }
        if (now.filter(before::equals).isPresent()) {
            return;
        }
        List<SubjectDecision> parts =
                partsWaitingFor(goOn).stream().filter(executor::isStillNeeded).toList();
        heldFor = Optional.empty();
        executor.heldChanged(this);
        heldSteps.clear();
        subjects().forEach(executor.state()::pendingChanged);
        if (now.isEmpty() && !parts.isEmpty()) {
            executor.publish(new HaEvent.PlanReleased(executor.now(), id(), operator, parts));
        }
        advance();
    }

    @Override
    public void record(ActionRecord record) {
        records.add(record);
        executor.publish(new HaEvent.ActionEnded(executor.now(), record));
        AuditLog.action(executor.epoch(), opened, approvedBy, record);
    }

    /** A step came to its end; what it changed is noted in the state. */
    @Override
    public void ended(StepRun step, Action action, ActionRecord record) {
        if (record.result() != ActionResult.DONE) {
            block(step, step.failure(), true);
        }
        executor.journal(
                List.of(new JournalEntry.StepEnded(
                        id(),
                        record.step(),
                        record.attempt(),
                        action,
                        record.result(),
                        record.detail(),
                        executor.now())),
                () -> {});
        executor.stepEnded(this, step, action, record.result());
    }

    private void block(StepRun step, StepFailure failure, boolean isNew) {
        for (int i = 0; i < parts.size(); i++) {
            SubjectDecision part = parts.get(i);
            if (stepsOfPart.get(i).contains(step.step().number()) && !(part instanceof SubjectDecision.Blocked)) {
                String why = failure.detail();
                parts.set(
                        i,
                        new SubjectDecision.Blocked(
                                part.subject(),
                                part.trigger(),
                                failure.reason(),
                                Explanation.of(() -> part.subject() + " is not " + part.outcome() + ": " + why)));
                if (isNew) {
                    executor.notCarriedOut(this, part, failure, step.step().action());
                }
            }
        }
    }

    /** How it is, for an operator. */
    public CenterHealth.OpenPlan describe() {
        return new CenterHealth.OpenPlan(
                id(),
                since,
                heldFor,
                steps.stream()
                        .filter(step -> !step.isEnded())
                        .map(StepRun::describe)
                        .toList());
    }
}
