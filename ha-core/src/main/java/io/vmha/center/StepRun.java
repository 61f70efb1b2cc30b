package io.vmha.center;

import io.vmha.adapter.AdapterException;
import io.vmha.model.HostId;
import io.vmha.plan.Action;
import io.vmha.plan.Step;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
        /** It failed, but what became of an earlier try is not known, and is read back. */
        READING_BACK,
        DONE,
        NOT_DONE
    }

    private static final int MIGRATION_LOOKS = 4;

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
    private boolean foundNowhere;
    private String lastDetail = "";
    private CenterScheduler.@Nullable Cancellable timer;
    private Optional<StepFailure> failure = Optional.empty();
    private Optional<Instant> triedAt = Optional.empty();
    private Optional<Instant> awaitingRoomSince = Optional.empty();
    private Optional<String> abandoned = Optional.empty();
    private Optional<HostId> lostHost = Optional.empty();
    private Instant quietFrom = Instant.MIN;

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

    /** When it was first tried. */
    Optional<Instant> triedAt() {
        return triedAt;
    }

    /** What it does and since when, for an operator. */
    CenterHealth.StuckStep describe() {
        return new CenterHealth.StuckStep(step.number(), action.toString(), state.name(), attempt, since, lastDetail);
    }

    /** Takes up what an earlier center left: a try of which the outcome was not written down. */
    void resume(JournalEntry.StepStarted started) {
        action = started.action();
        attempt = started.attempt();
        substitutes = action.equals(step.action()) ? 0 : 1;
        outcomeUnknown = true;
        triedAt =
                Optional.of(started.attempt() == 1 ? started.at() : run.opened().at());
        // The call of the center before may still be under way.
        quietFrom = started.at().plus(executor.deadline());
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
        if (executor.fencing().isConfirmedAlready(action)) {
            end(ActionResult.DONE, "confirmed off already");
            return;
        }
        Optional<Reason> hold = executor.holdOf(run, action);
        if (hold.isPresent()) {
            run.held(this, hold.get());
            return;
        }
        Optional<StepFailure> refusal = executor.fencing().refusal(action);
        if (refusal.isPresent()) {
            failure = refusal;
            end(ActionResult.FAILED, refusal.get().detail());
            return;
        }
        if (!executor.room().isFor(action)) {
            awaitRoom();
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

    /** Waits until machines that are to leave the host have left it, and gives up where they do not. */
    private void awaitRoom() {
        Instant waitsSince = awaitingRoomSince.orElse(executor.now());
        Instant until = waitsSince.plus(executor.roomDeadline());
        if (!executor.room().mayComeFree(action) || !executor.now().isBefore(until)) {
            lastDetail = "could not " + action + ": its host has no room";
            failure = Optional.of(new StepFailure(Reason.NO_CAPACITY, lastDetail));
            end(ActionResult.FAILED, lastDetail);
            return;
        }
        executor.room().await(run);
        if (awaitingRoomSince.isEmpty()) {
            awaitingRoomSince = Optional.of(waitsSince);
            timer = executor.schedule(executor.roomDeadline(), run::advance);
        }
    }

    private void call() {
        if (executor.isStopped()) {
            return;
        }
        if (executor.holdOf(run, action).isPresent()
                || executor.superseded(run, action).isPresent()
                || !executor.room().isFor(action)) {
            attempt--;
            become(State.WAITING);
            executor.slots().release(action.host());
            start();
            return;
        }
        if (abandoned.isPresent()) {
            attempt--;
            executor.slots().release(action.host());
            giveUp(abandoned.get(), executor.now());
            return;
        }
        become(State.RUNNING);
        int thisTry = ++tries;
        Instant startedAt = executor.now();
        triedAt = triedAt.or(() -> Optional.of(startedAt));
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

    /** Makes no further try; what has been tried is waited for, and read back if it is not known. */
    void abandon(String why, Optional<HostId> lost) {
        lostHost = lostHost.or(() -> lost);
        if (isEnded() || abandoned.isPresent()) {
            return;
        }
        abandoned = Optional.of(why);
        if (state == State.WAITING || state == State.BACKING_OFF) {
            giveUp(why, executor.now());
        }
    }

    private void giveUp(String why, Instant startedAt) {
        if (timer != null) {
            timer.cancel();
        }
        lastDetail = why;
        failure = Optional.of(new StepFailure(Reason.ACTION_FAILED, "could not " + action + ": " + why));
        endUnlessDone(why, startedAt, 1);
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
            succeeded("", startedAt);
        } else if (thrown.get() instanceof NotLeaderException notLeader) {
            become(State.WAITING);
            executor.lostLeadership(notLeader);
        } else {
            failed(thrown.get(), startedAt);
        }
    }

    /** A machine that was started on a host which is known to be lost by now has been lost with it. */
    private void succeeded(String detail, Instant startedAt) {
        if (action instanceof Action.PowerOn powerOn && executor.isLost(powerOn.on())) {
            lastDetail = "host " + powerOn.on() + " was lost";
            failure = Optional.of(new StepFailure(Reason.ACTION_FAILED, "could not " + action + ": " + lastDetail));
            end(ActionResult.FAILED, lastDetail, startedAt);
        } else {
            failure = Optional.empty();
            end(ActionResult.DONE, detail, startedAt);
        }
    }

    private void failed(RuntimeException thrown, Instant startedAt) {
        boolean isUnknown =
                !(thrown instanceof AdapterException.Transient || thrown instanceof AdapterException.Permanent);
        outcomeUnknown |= isUnknown;
        lastDetail = StepFailure.describe(thrown);
        if (abandoned.isPresent()) {
            giveUp(abandoned.get() + "; " + lastDetail, startedAt);
            return;
        }
        if (attempt < executor.maxAttempts() && !(thrown instanceof AdapterException.Permanent)) {
            record(ActionResult.FAILED, lastDetail, startedAt);
            waitAndStart(executor.backoffAfter(attempt));
            return;
        }
        Optional<Action> substitute = executor.fencing().substituteFor(step.action(), substitutes);
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
        Optional<Instant> isolatedAt = executor.fencing().isolatedAt(step.action());
        if (isolatedAt.isEmpty()) {
            endUnlessDone(lastDetail, startedAt, 1);
        } else if (!executor.now().isBefore(isolatedAt.get())) {
            action = step.action();
            end(ActionResult.DONE, "its lease ran out", startedAt);
        } else if (substitutes++ < executor.maxAttempts()) {
            become(State.BACKING_OFF);
            timer = executor.schedule(Duration.between(executor.now(), isolatedAt.get()), () -> awaitLease(startedAt));
        } else {
            endUnlessDone(lastDetail + "; and it keeps renewing its lease", startedAt, 1);
        }
    }

    /** The last try failed, but an earlier one may have had its effect: what is believed must be what is. */
    private void endUnlessDone(String why, Instant startedAt, int look) {
        if (!outcomeUnknown) {
            end(ActionResult.FAILED, why, startedAt);
            return;
        }
        become(State.READING_BACK);
        if (executor.now().isBefore(quietFrom)) {
            timer = executor.schedule(
                    Duration.between(executor.now(), quietFrom), () -> endUnlessDone(why, startedAt, look));
            return;
        }
        executor.look(run.plan().id(), step.number(), action, (isDone, thrown) -> {
            if (thrown.isPresent() && thrown.get() instanceof NotLeaderException notLeader) {
                become(State.WAITING);
                executor.lostLeadership(notLeader);
                return;
            }
            thrown.ifPresent(
                    unreadable -> foundNowhere |= isUnreachable(unreadable) && action instanceof Action.Migrate);
            if (isDone) {
                succeeded("read back after: " + why, startedAt);
            } else if (thrown.isEmpty()) {
                end(ActionResult.FAILED, why, startedAt);
            } else if (look < executor.maxAttempts()) {
                timer = executor.schedule(executor.backoffAfter(look), () -> endUnlessDone(why, startedAt, look + 1));
            } else if (isWithLostHost(Action.Migrate::to)) {
                failure = Optional.empty();
                end(ActionResult.DONE, "it is on no host that answers, after: " + why, startedAt);
            } else if (!isWithLostHost(Action.Migrate::from) && (foundNowhere || look < maxLooks())) {
                Duration backoff = executor.backoffAfter(Math.min(look, executor.maxAttempts()));
                timer = executor.schedule(backoff, () -> endUnlessDone(why, startedAt, look + 1));
            } else {
                end(ActionResult.FAILED, why + "; and what became of it cannot be read", startedAt);
            }
        });
    }

    /** It matters most where a machine is that may be on either of two hosts. */
    private int maxLooks() {
        return action instanceof Action.Migrate ? MIGRATION_LOOKS * executor.maxAttempts() : executor.maxAttempts();
    }

    /**
     * A machine that was moving and is on no host that answers is on the one of the two that is lost; until it is known
     * which one that is, it is looked for.
     */
    private boolean isWithLostHost(Function<Action.Migrate, HostId> end) {
        return foundNowhere
                && action instanceof Action.Migrate migrate
                && (lostHost.filter(end.apply(migrate)::equals).isPresent() || executor.isLost(end.apply(migrate)));
    }

    private static boolean isUnreachable(RuntimeException unreadable) {
        return unreadable instanceof AdapterException known && known.reason() == AdapterException.Cause.UNREACHABLE;
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
