package io.vmha.center;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.plan.Plan;
import io.vmha.plan.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries one plan out: starts each step as soon as those that it waits for are done, and skips what waits for a step
 * that failed. Confined to the center's loop.
 */
final class PlanRun {
    private enum StepState {
        WAITING,
        RUNNING,
        DONE,
        NOT_DONE
    }

    private final Plan plan;
    private final ActionPerformer performer;
    private final CenterScheduler scheduler;
    private final Duration deadline;
    private final Consumer<ActionRecord> onAction;
    private final Consumer<List<ActionRecord>> onEnd;
    private final StepState[] states;
    private final List<ActionRecord> records = new ArrayList<>();
    private boolean ended;

    PlanRun(
            Plan plan,
            ActionPerformer performer,
            CenterScheduler scheduler,
            Duration deadline,
            Consumer<ActionRecord> onAction,
            Consumer<List<ActionRecord>> onEnd) {
        this.plan = plan;
        this.performer = performer;
        this.scheduler = scheduler;
        this.deadline = deadline;
        this.onAction = onAction;
        this.onEnd = onEnd;
        this.states = new StepState[plan.steps().size()];
        Arrays.fill(states, StepState.WAITING);
    }

    /** Starts every step that can start, skips every step that never will, and ends the run when all have ended. */
    void advance() {
        for (Step step : plan.steps()) {
            if (states[step.number()] == StepState.WAITING) {
                startOrSkip(step);
            }
        }
        Set<StepState> left = EnumSet.noneOf(StepState.class);
        left.addAll(List.of(states));
        if (!ended && !left.contains(StepState.WAITING) && !left.contains(StepState.RUNNING)) {
            ended = true;
            onEnd.accept(records);
        }
    }

    private void startOrSkip(Step step) {
        @Nullable Integer missing = null;
        boolean ready = true;
        for (int earlier : step.after()) {
            if (states[earlier] == StepState.NOT_DONE) {
                missing = earlier;
            }
            ready &= states[earlier] == StepState.DONE;
        }
        if (missing != null) {
            states[step.number()] = StepState.NOT_DONE;
            record(step, scheduler.now(), 0, ActionResult.SKIPPED, "step " + missing + " was not done");
        } else if (ready) {
            start(step);
        }
    }

    private void start(Step step) {
        states[step.number()] = StepState.RUNNING;
        Instant startedAt = scheduler.now();
        CallContext call = new CallContext(deadline, Optional.of(plan.id()), step.number(), 0);
        scheduler.call(() -> performer.perform(step.action(), call), thrown -> end(step, startedAt, thrown));
    }

    private void end(Step step, Instant startedAt, Optional<RuntimeException> thrown) {
        states[step.number()] = thrown.isEmpty() ? StepState.DONE : StepState.NOT_DONE;
        ActionResult result = thrown.isEmpty() ? ActionResult.DONE : ActionResult.FAILED;
        record(step, startedAt, 1, result, thrown.map(PlanRun::describe).orElse(""));
        advance();
    }

    private static String describe(RuntimeException thrown) {
        String what = thrown instanceof AdapterException known ? known.reason() + ": " : "";
        return what + thrown.getMessage();
    }

    private void record(Step step, Instant at, int attempt, ActionResult result, String detail) {
        ActionRecord record = new ActionRecord(at, plan.id(), step.number(), step.action(), attempt, result, detail);
        records.add(record);
        onAction.accept(record);
    }
}
