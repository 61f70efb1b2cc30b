package io.vmha.center;

import io.vmha.adapter.AdapterException;
import io.vmha.plan.Action;
import io.vmha.plan.Step;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries one step out: intent into the journal, the call, its outcome, tries again, and other means where fencing failed.
 * Confined to the center's loop.
 */
final class StepRun {
    enum State {
        /** Not started, or to be started again. */
        WAITING,
        /** Its intent is being written. */
        STARTING,
        /** Its call is under way. */
        RUNNING,
        /** It failed and is tried again later. */
        BACKING_OFF,
        DONE,
        NOT_DONE
    }

    private final PlanRun run;
    private final PlanExecutor executor;
    private final Step step;
    private Action action;
    private State state = State.WAITING;
    private Instant since;
    private int attempt;
    private int substitutes;
    private int tries;
    private boolean outcomeUnknown;
    private String lastDetail = "";
    private CenterScheduler.@Nullable Cancellable timer;
    private Optional<StepFailure> failure = Optional.empty();

    StepRun(PlanRun run, PlanExecutor executor, Step step) {
        this.run = run;
        this.executor = executor;
        this.step = step;
        this.action = step.action();
        this.since = executor.now();
    }

    Step step() {
        return step;
    }

    State state() {
        return state;
    }

    boolean isEnded() {
        return state == State.DONE || state == State.NOT_DONE;
    }

    Optional<StepFailure> failure() {
        return failure;
    }

    /** What it does and since when, for an operator. */
    CenterHealth.StuckStep describe() {
        return new CenterHealth.StuckStep(step.number(), action.toString(), state.name(), attempt, since, lastDetail);
    }

    /** Takes up what an earlier center left: a try of which the outcome was not written down. */
    void resume(JournalEntry.StepStarted started) {
        action = started.action();
        attempt = started.attempt();
        outcomeUnknown = true;
    }

    /** Takes up what an earlier center ended. */
    void resume(JournalEntry.StepEnded ended) {
        action = ended.action();
        attempt = ended.attempt();
        state = ended.result() == ActionResult.DONE ? State.DONE : State.NOT_DONE;
    }

    /** Starts a try if nothing stands in its way; called again whenever something that may have, changed. */
    void start() {
        if (state != State.WAITING || executor.isStopped()) {
            return;
        }
        Optional<String> superseded = executor.superseded(run, action);
        if (superseded.isPresent()) {
            end(ActionResult.SKIPPED, superseded.get());
            return;
        }
        if (executor.isConfirmedAlready(action)) {
            end(ActionResult.DONE, "confirmed off already");
            return;
        }
        Optional<Reason> hold = executor.holdOf(run, action);
        if (hold.isPresent()) {
            run.held(this, hold.get());
            return;
        }
        Optional<StepFailure> refusal = executor.refusal(action);
        if (refusal.isPresent()) {
            failure = refusal;
            end(ActionResult.FAILED, refusal.get().detail());
            return;
        }
        if (executor.slots().acquire(action.host(), this)) {
            become(State.STARTING);
            attempt++;
            executor.journal(
                    List.of(new JournalEntry.StepStarted(
                            run.plan().id(), step.number(), attempt, action, executor.epoch(), executor.now())),
                    this::call);
        }
    }

    private void call() {
        if (executor.isStopped()) {
            return;
        }
        if (executor.holdOf(run, action).isPresent()
                || executor.superseded(run, action).isPresent()) {
            attempt--;
            become(State.WAITING);
            executor.slots().release(action.host());
            start();
            return;
        }
        become(State.RUNNING);
        int thisTry = ++tries;
        Instant startedAt = executor.now();
        timer = executor.schedule(
                executor.watchdog(action),
                () -> ended(
                        thisTry,
                        startedAt,
                        Optional.of(new AdapterException.OutcomeUnknown(
                                AdapterException.Cause.TIMEOUT, "the call did not return by its deadline"))));
        executor.perform(
                run.plan().id(), step.number(), action, outcomeUnknown, thrown -> ended(thisTry, startedAt, thrown));
    }

    private void ended(int thisTry, Instant startedAt, Optional<RuntimeException> thrown) {
        if (thisTry != tries || state != State.RUNNING) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        executor.slots().release(action.host());
        if (thrown.isEmpty()) {
            end(ActionResult.DONE, "", startedAt);
        } else if (thrown.get() instanceof NotLeaderException notLeader) {
            become(State.WAITING);
            executor.lostLeadership(notLeader);
        } else {
            failed(thrown.get(), startedAt);
        }
    }

    private void failed(RuntimeException thrown, Instant startedAt) {
        boolean isUnknown =
                !(thrown instanceof AdapterException.Transient || thrown instanceof AdapterException.Permanent);
        outcomeUnknown |= isUnknown;
        lastDetail = StepFailure.describe(thrown);
        if (attempt < executor.maxAttempts() && !(thrown instanceof AdapterException.Permanent)) {
            record(ActionResult.FAILED, lastDetail, startedAt);
            waitAndStart(executor.backoffAfter(attempt));
            return;
        }
        Optional<Action> substitute = executor.substituteFor(step.action(), substitutes);
        if (substitute.isPresent()) {
            record(ActionResult.FAILED, lastDetail, startedAt);
            substitutes++;
            action = substitute.get();
            attempt = 0;
            outcomeUnknown = false;
            become(State.WAITING);
            start();
            return;
        }
        failure = Optional.of(StepFailure.of(action, thrown));
        awaitLease(startedAt);
    }

    /** The last means: the machine powers itself off unless it renews its lease. */
    private void awaitLease(Instant startedAt) {
        Optional<Instant> isolatedAt = executor.isolatedAt(step.action());
        if (isolatedAt.isEmpty()) {
            end(ActionResult.FAILED, lastDetail, startedAt);
        } else if (!executor.now().isBefore(isolatedAt.get())) {
            action = step.action();
            end(ActionResult.DONE, "its lease ran out", startedAt);
        } else if (substitutes++ < executor.maxAttempts()) {
            become(State.BACKING_OFF);
            timer = executor.schedule(Duration.between(executor.now(), isolatedAt.get()), () -> awaitLease(startedAt));
        } else {
            end(ActionResult.FAILED, lastDetail + "; and it keeps renewing its lease", startedAt);
        }
    }

    private void waitAndStart(Duration backoff) {
        become(State.BACKING_OFF);
        timer = executor.schedule(backoff, () -> {
            become(State.WAITING);
            start();
        });
    }

    /** Ends a step that can never start, since one that it waits for was not done. */
    void skip(StepRun missing) {
        failure = missing.failure;
        end(ActionResult.SKIPPED, "step " + missing.step.number() + " was not done");
    }

    private void end(ActionResult result, String detail) {
        end(result, detail, executor.now());
    }

    private void end(ActionResult result, String detail, Instant startedAt) {
        lastDetail = detail;
        become(result == ActionResult.DONE ? State.DONE : State.NOT_DONE);
        if (result == ActionResult.SKIPPED) {
            attempt = 0;
        }
        ActionRecord record = record(result, detail, startedAt);
        run.ended(this, action, record);
    }

    private ActionRecord record(ActionResult result, String detail, Instant startedAt) {
        ActionRecord record =
                new ActionRecord(startedAt, run.plan().id(), step.number(), action, attempt, result, detail);
        run.record(record);
        return record;
    }

    private void become(State next) {
        state = next;
        since = executor.now();
    }
}
