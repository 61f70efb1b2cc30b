package io.vmha.center.internal;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.SetMultimap;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.internal.execution.Callbacks;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.execution.StepFailure;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.VmState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What follows for the center from what the executor does: of each step that was done, and of each plan that came to its end, which is told
 * to whoever waits for it. Confined to the center's loop.
 */
final class PlanOutcomes implements Callbacks {
    private final CenterLoop center;
    private final CenterState state;
    private final SetMultimap<PlanId, PendingDecision> waiting = HashMultimap.create();

    PlanOutcomes(CenterLoop center) {
        this.center = center;
        this.state = center.state();
    }

    /** Somebody waits for the end of a plan. */
    void waitsFor(PlanId plan, PendingDecision pending) {
        waiting.put(plan, pending);
    }

    /** Nothing is planned for a decision: that is its end. */
    void ended(DecisionOutcome result, PendingDecision pending) {
        center.publish(new HaEvent.PlanEnded(center.now(), result));
        pending.end(result);
    }

    @Override
    public void stepEnded(PlanRun run, Action action, ActionResult result) {
        if (result == ActionResult.DONE) {
            if (action instanceof Action.FenceHost fence) {
                center.losses().fenced(fence.target());
            } else if (action instanceof Action.Migrate migrate) {
                moved(run, migrate);
                state.vm(migrate.target())
                        .filter(vm -> vm.mayRunOn().equals(Set.of(migrate.to())))
                        .ifPresent(vm -> center.decisions().runsOn(vm, migrate.to()));
            } else if (action instanceof Action.PowerOn powerOn) {
                center.started().started(powerOn.target());
                center.unmet().remove(powerOn.target());
                center.decisions().refusals().recovered(powerOn.target());
                returnHome(powerOn.target());
            } else if (action instanceof Action.PowerOff powerOff) {
                center.started().stopped(powerOff.target());
            } else if (action instanceof Action.Redirect redirect) {
                center.started().redirected(redirect.owner(), redirect.server());
            }
        }
        action.vm().ifPresent(center.executor()::advance);
        center.settleSoon();
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
                    center.decisions().wake(id);
                });
    }

    @Override
    public void notCarriedOut(PlanRun run, SubjectDecision part, StepFailure failure, Action action) {
        center.decisions().refusals().notCarriedOut(run, part, failure, action);
    }

    @Override
    public void planEnded(PlanRun run, DecisionOutcome outcome) {
        center.journal(List.of(new JournalEntry.PlanClosed(run.id())), () -> {
            center.publish(new HaEvent.PlanEnded(center.now(), outcome));
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
                        .ifPresent(vm -> center.decisions().power().notStopped(vm, action.detail())));
        // It may have been lost while it was on the move.
        run.subjects()
                .forEach(id -> state.vm(id).ifPresent(vm -> {
                    center.losses().reportIfStopped(vm);
                    if (!vm.isActedOn()) {
                        center.losses().loseWithHost(vm);
                    }
                }));
        // What came up meanwhile waited for this plan's end; what was just refused waits for a change, or for its time.
        boolean isProgress = outcome.actions().stream()
                .anyMatch(action -> action.result() == ActionResult.DONE && action.attempt() > 0);
        if (!isProgress) {
            center.decisions().returns().cameToNothing(outcome.decision());
        }
        run.subjects().stream()
                .filter(vm -> isProgress || !center.unmet().has(vm))
                .forEach(center.decisions()::wake);
    }

    /** Whoever's requests go to a database of that set waited for the end of the handover. */
    private void wakeAfterHandover(Action action) {
        if (action instanceof Action.Demote demote) {
            state.vm(demote.target())
                    .flatMap(vm -> state.vmDatabases().setOf(vm.seen()))
                    .ifPresent(set -> state.vmDatabases()
                            .vmsOf(set.id())
                            .forEach(vm -> center.decisions().wake(vm.id())));
        }
    }

    /** It was repaired while its clone was made: that is not started any more. */
    private void listUnneededClone(Action action) {
        if (action instanceof Action.CloneFromTemplate clone) {
            state.vm(clone.target())
                    .filter(vm -> vm.is(VmState.Flag.HALF_MADE) && !vm.isFailed())
                    .ifPresent(vm -> state.leftovers().cloneNotNeeded(vm.id(), clone.on(), center.now()));
        }
    }

    @Override
    public boolean isStillNeeded(SubjectDecision part) {
        return part.accept(center.decisions().stillNeeded());
    }

    @Override
    public boolean isStillNeeded(SubjectDecision part, Action action) {
        return center.decisions().stillNeeded().isNeeded(part, action);
    }

    @Override
    public Optional<Reason> heldBy(Action action) {
        return center.holds().heldBy(action);
    }

    @Override
    public boolean isPaused() {
        return center.holds().isPaused();
    }

    @Override
    public void publish(HaEvent event) {
        center.publish(event);
    }

    @Override
    public void journal(List<JournalEntry> entries, Runnable then) {
        center.journal(entries, then);
    }

    @Override
    public void lostLeadership(String detail) {
        center.life().lostLeadership(detail);
    }

    @Override
    public void needsReading() {
        center.readings().need();
    }

    @Override
    public void needsDatabases() {
        center.databaseReadings().need();
    }

    @Override
    public void seen(ReplicaSet reading, long begun) {
        center.databaseReadings().seen(reading, begun);
    }
}
