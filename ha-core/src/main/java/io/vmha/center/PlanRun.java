package io.vmha.center;

import com.google.common.collect.ImmutableList;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.plan.Plan;
import io.vmha.plan.Step;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Carries one plan out: starts each step as soon as those that it waits for are done, skips what waits for a step that was
 * not done, and blocks the decisions that come to nothing by that. Confined to the center's loop.
 */
final class PlanRun {
    private final JournalEntry.PlanOpened opened;
    private final PlanExecutor executor;
    private final List<StepRun> steps = new ArrayList<>();
    private final List<Set<Integer>> stepsOfPart = new ArrayList<>();
    private final List<SubjectDecision> parts;
    private final Map<VmId, List<StepRun>> byVm = new HashMap<>();
    private final Set<Integer> heldSteps = new TreeSet<>();
    private final List<ActionRecord> records = new ArrayList<>();
    private final Instant since;
    private Optional<Reason> heldFor = Optional.empty();
    private Optional<String> approvedBy;
    private boolean ended;

    PlanRun(JournalEntry.PlanOpened opened, PlanExecutor executor, Optional<String> approvedBy) {
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
    }

    Plan plan() {
        return opened.plan();
    }

    JournalEntry.PlanOpened opened() {
        return opened;
    }

    List<StepRun> steps() {
        return Collections.unmodifiableList(steps);
    }

    /** The machines that it has steps for. */
    Set<VmId> subjects() {
        return Collections.unmodifiableSet(byVm.keySet());
    }

    /** Whether it still has steps to end for that machine. */
    boolean isPendingOn(VmId vm) {
        return isPendingOn(vm, EnumSet.allOf(ActionKind.class));
    }

    /** Whether it still has steps of those kinds to end for that machine. */
    boolean isPendingOn(VmId vm, Set<ActionKind> kinds) {
        for (StepRun step : byVm.getOrDefault(vm, List.of())) {
            if (!step.isEnded() && kinds.contains(step.step().action().kind())) {
                return true;
            }
        }
        return false;
    }

    /** Whether it has tried to power that machine on before the given moment, and that has not ended. */
    boolean isStartedBefore(VmId vm, Instant moment) {
        return byVm.getOrDefault(vm, List.of()).stream()
                .anyMatch(step -> step.step().action().kind() == ActionKind.POWER_ON
                        && !step.isEnded()
                        && step.triedAt().filter(moment::isAfter).isPresent());
    }

    /** Whether it has powered that machine on, or has tried to. */
    boolean mayHaveStarted(VmId vm) {
        return byVm.getOrDefault(vm, List.of()).stream()
                .filter(step -> step.step().action().kind() == ActionKind.POWER_ON)
                .anyMatch(step ->
                        step.state() == StepRun.State.DONE || step.triedAt().isPresent());
    }

    boolean isApproved() {
        return approvedBy.isPresent();
    }

    boolean isHeld() {
        return heldFor.isPresent();
    }

    /** The actions that have not come to their end. */
    List<Action> pendingActions() {
        return steps.stream()
                .filter(step -> !step.isEnded())
                .map(step -> step.step().action())
                .toList();
    }

    /** A machine as it was before the decision. */
    Optional<VirtualMachine> before(VmId vm) {
        return opened.changes().stream()
                .map(VmChange::before)
                .filter(before -> before.id().equals(vm))
                .findFirst();
    }

    /** Takes up what an earlier center left of the plan. */
    void resume(JournalState.OpenPlan left) {
        for (StepRun step : steps) {
            int number = step.step().number();
            JournalEntry.StepEnded stepEnded = left.ended().get(number);
            JournalEntry.StepStarted started = left.started().get(number);
            if (stepEnded != null) {
                step.resume(stepEnded);
                if (stepEnded.result() == ActionResult.DONE) {
                    executor.ledger().restorePlace(stepEnded.action());
                }
                blockParts(
                        step,
                        stepEnded.result() == ActionResult.FAILED
                                ? Optional.of(failureOf(stepEnded))
                                : Optional.empty());
            } else if (started != null) {
                step.resume(started);
            }
        }
    }

    private static StepFailure failureOf(JournalEntry.StepEnded ended) {
        boolean isFencing =
                ended.action().kind() == ActionKind.POWER_OFF || ended.action().kind() == ActionKind.FENCE_HOST;
        return new StepFailure(
                isFencing ? Reason.FENCING_FAILED : Reason.ACTION_FAILED,
                "could not " + ended.action() + ": " + ended.detail());
    }

    /** Starts every step that can start, skips every step that never will, and ends the run when all have ended. */
    void advance() {
        for (StepRun step : steps) {
            if (step.state() == StepRun.State.WAITING) {
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
            if (before.state() == StepRun.State.NOT_DONE) {
                step.skip(before);
                return;
            }
            isReady &= before.state() == StepRun.State.DONE;
        }
        if (isReady && executor.isTurnOf(this, step.step().action())) {
            step.start();
        }
    }

    private Decision decision() {
        return parts.size() == 1 ? parts.get(0) : new DecisionBatch(parts);
    }

    /** A step cannot start before an operator approves or the storm guard clears. */
    void held(StepRun step, Reason reason) {
        boolean isNew = heldSteps.add(step.step().number());
        if (heldFor.isEmpty() || isNew) {
            heldFor = Optional.of(reason);
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
            if (!Collections.disjoint(stepsOfPart.get(i), waiting)) {
                found.add(parts.get(i));
            }
        }
        return found.build();
    }

    void approve(String operator) {
        approvedBy = Optional.of(operator);
        release(approvedBy);
    }

    /** Goes on after it was held. */
    void release(Optional<String> operator) {
        if (heldFor.isPresent()) {
            heldFor = Optional.empty();
            List<SubjectDecision> waited = partsWaitingFor(heldSteps);
            heldSteps.clear();
            executor.publish(new HaEvent.PlanReleased(executor.now(), plan().id(), operator, waited));
        }
        advance();
    }

    void record(ActionRecord record) {
        records.add(record);
        executor.publish(new HaEvent.ActionEnded(executor.now(), record));
        executor.audit(opened, record);
    }

    /** A step came to its end. */
    void ended(StepRun step, Action action, ActionRecord record) {
        List<JournalEntry> entries = new ArrayList<>();
        entries.add(new JournalEntry.StepEnded(
                plan().id(),
                record.step(),
                record.attempt(),
                action,
                record.result(),
                record.detail(),
                executor.now()));
        if (record.result() == ActionResult.DONE) {
            entries.addAll(executor.ledger().applied(action));
            if (!action.equals(step.step().action())) {
                entries.addAll(executor.ledger().applied(step.step().action()));
            }
        } else if (step.failure().isPresent()) {
            Set<SubjectDecision> counted =
                    parts.stream().filter(this::isLoadStillThere).collect(Collectors.toSet());
            if (!isClonedAlready(step.step().action())) {
                entries.addAll(executor.ledger().undone(step.step().action(), opened.changes()));
            }
            blockParts(step, step.failure()).stream()
                    .filter(counted::contains)
                    .forEach(part -> entries.addAll(unload(part)));
        }
        executor.journal(entries, () -> {});
        if (record.result() == ActionResult.DONE) {
            executor.ledger().settleMigrations(action);
        }
        executor.stepEnded(this, step.step().action());
    }

    /** A clone that was made stays where it was made, though it cannot be powered on. */
    private boolean isClonedAlready(Action action) {
        return action instanceof Action.PowerOn powerOn
                && byVm.getOrDefault(powerOn.target(), List.of()).stream()
                        .anyMatch(step ->
                                step.step().action().kind() == ActionKind.CLONE && step.state() == StepRun.State.DONE);
    }

    private List<SubjectDecision> blockParts(StepRun step, Optional<StepFailure> failure) {
        ImmutableList.Builder<SubjectDecision> newlyBlocked = ImmutableList.builder();
        for (int i = 0; i < parts.size() && failure.isPresent(); i++) {
            SubjectDecision part = parts.get(i);
            if (stepsOfPart.get(i).contains(step.step().number()) && !(part instanceof SubjectDecision.Blocked)) {
                String why = failure.get().detail();
                SubjectDecision.Blocked blocked = new SubjectDecision.Blocked(
                        part.subject(),
                        part.trigger(),
                        failure.get().reason(),
                        Explanation.of(() -> part.subject() + " is not " + part.outcome() + ": " + why));
                parts.set(i, blocked);
                newlyBlocked.add(part);
                executor.publish(new HaEvent.DecisionBlocked(executor.now(), plan().id(), part, blocked));
            }
        }
        return newlyBlocked.build();
    }

    /** Whether the load that a decision moved is still counted there: a later one may have moved it on. */
    private boolean isLoadStillThere(SubjectDecision part) {
        if (part instanceof SubjectDecision.Redirect redirect) {
            return redirect.owners().stream()
                    .anyMatch(owner -> executor.ledger().isCountedAt(owner, redirect.target()));
        }
        return part instanceof SubjectDecision.Shift shift
                && shift.owners().stream().anyMatch(owner -> executor.ledger().isCountedAt(owner, shift.target()));
    }

    private List<JournalEntry> unload(SubjectDecision part) {
        if (part instanceof SubjectDecision.Redirect redirect) {
            return executor.ledger().unloaded(redirect.vm(), redirect.target(), opened.changes());
        }
        if (part instanceof SubjectDecision.Shift shift) {
            return executor.ledger().unloaded(shift.vm(), shift.target(), opened.changes());
        }
        return List.of();
    }

    CenterHealth.OpenPlan describe() {
        return new CenterHealth.OpenPlan(
                plan().id(),
                since,
                heldFor,
                steps.stream()
                        .filter(step -> !step.isEnded())
                        .map(StepRun::describe)
                        .toList());
    }
}
