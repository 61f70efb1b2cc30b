package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.VmState;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries one step out: guards, intent into the journal, guards again, the call, its outcome, tries again, and other means where
 * fencing failed. What may happen when is {@link StepState}'s table. Confined to the center's loop.
 */
final class StepRun {
    private static final Set<ActionKind> PLACING = EnumSet.of(
            ActionKind.POWER_OFF, ActionKind.POWER_ON, ActionKind.MIGRATE, ActionKind.CLONE, ActionKind.REALLOCATE);

    /** Where a call may still have its effect, or is about to be made. */
    private static final Set<StepState> UNDER_WAY =
            EnumSet.of(StepState.STARTING, StepState.RUNNING, StepState.READING_BACK);

    /** The plan that a step belongs to. */
    interface Owner {
        PlanId id();

        Plan plan();

        boolean isWithdrawn();

        /** Whether it is only offered. */
        boolean isIdleOffer();

        Optional<Reason> heldFor();

        /** Whether a step may do that now. */
        Verdict judge(StepRun step, Action action);

        /** A step cannot start before an operator approves, a storm guard clears or a pause ends. */
        void held(StepRun step, Reason reason);

        void record(ActionRecord record);

        /** A step came to its end; what it changed is noted in the state. */
        void ended(StepRun step, Action action, ActionRecord record);
    }

    private final Owner run;
    private final StepEnvironment executor;
    private final Step step;
    private final Runnable starts = this::start;
    private Action action;
    private StepState state = StepState.WAITING;
    private Instant since;
    private Instant begunAt;
    private int attempt;
    private int substitutes;
    /** Tells a call that was given up from the one that counts. */
    private int calls;
    /** Calls that were given up and have not returned. */
    private final Set<Integer> givenUp = new HashSet<>();

    /** Whether an earlier try may have had its effect. */
    private boolean mayBeDone;

    private boolean isActing;
    private boolean isPlacing;
    private boolean isDone;
    private String lastDetail = "";
    private CenterScheduler.@Nullable Cancellable timer;
    private StepFailure failure = new StepFailure(Reason.ACTION_FAILED, "");
    private @Nullable Duration awaitingRoomSince;
    private @Nullable Duration putOffSince;
    private CenterScheduler.@Nullable Cancellable putOffTimer;
    private Duration quietFrom = Duration.ZERO;

    StepRun(Owner run, StepEnvironment executor, Step step) {
        this.run = run;
        this.executor = executor;
        this.step = step;
        this.action = step.action();
        this.since = executor.now();
        this.begunAt = since;
    }

    Step step() {
        return step;
    }

    StepState state() {
        return state;
    }

    boolean isEnded() {
        return state == StepState.ENDED;
    }

    boolean isDone() {
        return isDone;
    }

    /** What it does now: what was planned, or what is done in its stead. */
    Action action() {
        return action;
    }

    /** Whether it was ever tried. */
    boolean isTried() {
        return attempt > 0 || substitutes > 0;
    }

    StepFailure failure() {
        return failure;
    }

    /** Whether it is to be done now, as soon as what it waits for is: nobody holds it, and its plan is more than an offer. */
    boolean isDue() {
        return !isEnded() && run.heldFor().isEmpty() && !run.isWithdrawn() && !run.isIdleOffer();
    }

    /** What it does and since when, for an operator. */
    CenterHealth.StuckStep describe() {
        return new CenterHealth.StuckStep(step.number(), action.toString(), state.name(), attempt, since, lastDetail);
    }

    /**
     * Takes up what an earlier center left: a try of which the outcome was not written down.
     *
     * @param readySince when its first try can have begun at the earliest; the journal keeps the last one
     */
    void resume(JournalEntry.StepStarted started, Instant readySince) {
        action = started.action();
        attempt = started.attempt();
        boolean isFirst = started.attempt() <= 1 || started.at().isBefore(readySince);
        begunAt = isFirst ? started.at() : readySince;
        substitutes = action.equals(step.action()) ? 0 : 1;
        mayBeDone = true;
        Handlers.of(action).takenUp(executor.state());
        acting();
        // The call of the center before may still be under way, and what is read before that is over says nothing.
        // How long it has been is not known: that center's clock need not be this one's.
        quietFrom = executor.uptime().plus(executor.calls().watchdog(action));
    }

    /** Takes up what an earlier center ended. */
    void resume(JournalEntry.StepEnded ended) {
        action = ended.action();
        attempt = ended.attempt();
        isDone = ended.result() == ActionResult.DONE;
        become(StepState.Event.END);
    }

    /** Judges the guards and starts a try if none objects; called again whenever something that may have, changed. */
    void start() {
        if (!state.isIdle() || executor.isStopped() || run.isWithdrawn()) {
            return;
        }
        cancelPutOff();
        Verdict verdict = run.judge(this, action);
        switch (verdict.kind()) {
            case PASS -> admit();
            case DONE -> {
                Handlers.of(action).foundDone(executor.state());
                end(ActionResult.DONE, verdict.detail());
            }
            case NEVER -> refuse(verdict);
            case HOLD -> hold(verdict);
            case NO_ROOM -> awaitRoom(verdict);
            case NO_TURN -> become(StepState.Event.NO_TURN);
            case LATER -> putOff(verdict);
        }
    }

    /** Waits until what serves needs it no more, but not for ever. */
    private void putOff(Verdict verdict) {
        become(StepState.Event.NO_TURN);
        lastDetail = verdict.detail();
        executor.isPutOff(step, starts);
        Duration now = executor.uptime();
        Duration since = putOffSince == null ? now : putOffSince;
        putOffSince = since;
        Duration next = mayBePutOff(executor.redirectTimeout()) ? executor.redirectTimeout() : executor.roomTimeout();
        putOffTimer = executor.schedule(since.plus(next).minus(now), starts);
    }

    private void cancelPutOff() {
        if (putOffTimer != null) {
            putOffTimer.cancel();
            putOffTimer = null;
        }
    }

    /** Whether it has not been put off for that long already. */
    boolean mayBePutOff(Duration limit) {
        return putOffSince == null || executor.uptime().minus(putOffSince).compareTo(limit) < 0;
    }

    private void hold(Verdict verdict) {
        become(StepState.Event.HOLD);
        lastDetail = verdict.detail();
        run.held(this, verdict.reason());
    }

    /** What an earlier try may have done counts: it is read before the step is given up. */
    private void refuse(Verdict verdict) {
        failure = StepFailure.of(verdict);
        endUnlessDone(verdict.detail(), ActionResult.SKIPPED, executor.now());
    }

    /** Gives the step up that waits for others, since what it was for is over. */
    void giveUp() {
        refuse(Verdict.never(Reason.FAULT_CLOSED, "what it was for is over"));
    }

    /** Waits until VMs that are to leave the host have left it, and gives up where they do not. */
    private void awaitRoom(Verdict verdict) {
        become(StepState.Event.NO_ROOM);
        lastDetail = verdict.detail();
        Duration now = executor.uptime();
        Duration waitsSince = awaitingRoomSince == null ? now : awaitingRoomSince;
        if (now.minus(waitsSince).compareTo(executor.roomTimeout()) >= 0) {
            refuse(verdict);
            return;
        }
        executor.awaitsRoom(starts);
        if (awaitingRoomSince == null) {
            awaitingRoomSince = now;
            timer = executor.schedule(executor.roomTimeout(), this::start);
        }
    }

    private void admit() {
        if (!executor.slots().acquire(action.host(), starts)) {
            become(StepState.Event.NO_TURN);
            return;
        }
        become(StepState.Event.ADMITTED);
        if (attempt == 0) {
            begunAt = executor.now();
        }
        attempt++;
        acting();
        Handlers.of(action).begins(executor.state());
        executor.journal(
                List.of(new JournalEntry.StepStarted(
                        run.id(), step.number(), attempt, action, executor.epoch(), executor.now())),
                this::call);
    }

    /** What is done about where a VM runs, or with what: readings meanwhile do not count for it. */
    private void acting() {
        if (!isActing) {
            isActing = true;
            isPlacing = PLACING.contains(step.action().kind());
            if (isPlacing) {
                step.action().vm().ifPresent(executor.state().places()::actionBegins);
            }
        }
    }

    private void notActing() {
        if (isActing) {
            isActing = false;
            if (isPlacing) {
                step.action().vm().ifPresent(this::actionEnds);
            }
        }
    }

    /** Its plan is given up while it waits: readings count again for what it may have done. */
    void withdrawn() {
        if (isActing && !UNDER_WAY.contains(state) && !isEnded()) {
            if (mayBeDone) {
                Handlers.of(action).unknown(executor.state());
                executor.needsReading();
            }
            notActing();
        }
    }

    private void call() {
        if (executor.isStopped()) {
            return;
        }
        // Guards are judged again, since writing the intent took time.
        if (run.isWithdrawn() || !run.judge(this, action).passes()) {
            attempt--;
            executor.slots().release(action.host());
            if (!mayBeDone) {
                Handlers.of(action).notDone(executor.state());
                notActing();
            }
            become(StepState.Event.WITHDRAWN);
            start();
            return;
        }
        become(StepState.Event.CALLED);
        int thisCall = ++calls;
        Instant startedAt = executor.now();
        Action made = action;
        timer = executor.schedule(executor.calls().watchdog(made), () -> giveUp(thisCall, made, startedAt));
        executor.calls().perform(run.plan(), step.number(), made, mayBeDone, thrown -> {
            if (givenUp.remove(thisCall)) {
                executor.calls().stuck().returned(made);
            } else {
                ended(thisCall, startedAt, thrown);
            }
        });
    }

    private void giveUp(int thisCall, Action made, Instant startedAt) {
        if (thisCall == calls && state == StepState.RUNNING) {
            givenUp.add(thisCall);
            executor.calls().stuck().gaveUp(made);
            ended(
                    thisCall,
                    startedAt,
                    Optional.of(new AdapterException.OutcomeUnknown(
                            AdapterException.Cause.TIMEOUT, "the call did not return by its deadline")));
        }
    }

    private void ended(int thisCall, Instant startedAt, Optional<Throwable> thrown) {
        if (thisCall != calls || state != StepState.RUNNING) {
            return;
        }
        cancelTimer();
        executor.slots().release(action.host());
        if (thrown.isEmpty()) {
            succeeded("", startedAt);
        } else if (thrown.get() instanceof NotLeaderException notLeader) {
            become(StepState.Event.WITHDRAWN);
            executor.lostLeadership(UserCode.said(notLeader));
        } else {
            failed(thrown.get(), startedAt);
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void succeeded(String detail, Instant startedAt) {
        mayBeDone = false;
        Handlers.of(action).done(executor.state(), begunAt, executor.now());
        end(ActionResult.DONE, detail, startedAt);
    }

    private void failed(Throwable thrown, Instant startedAt) {
        boolean isSurelyNotDone = thrown instanceof AdapterException.Transient
                || thrown instanceof AdapterException.Permanent
                || thrown instanceof Refused;
        mayBeDone |= !isSurelyNotDone;
        lastDetail = StepFailure.describe(thrown);
        if (!(thrown instanceof AdapterException) && !(thrown instanceof Refused)) {
            executor.unexpected(action, thrown);
        }
        if (thrown instanceof AdapterException refused && refused.reason() == AdapterException.Cause.IN_USE) {
            Handlers.of(action).inUse(executor.state());
            executor.needsReading();
        }
        if (attempt < executor.maxAttempts() && !isForGood(thrown)) {
            record(ActionResult.FAILED, lastDetail, startedAt);
            become(StepState.Event.FAILED);
            if (isSurelyNotDone && !mayBeDone) {
                Handlers.of(action).notDone(executor.state());
            }
            timer = executor.schedule(executor.backoffAfter(attempt), () -> {
                become(StepState.Event.RETRY);
                start();
            });
            return;
        }
        failure = StepFailure.of(action, thrown);
        Optional<Action> substitute = executor.offMeans().substituteFor(step.action(), substitutes);
        if (substitute.isPresent()) {
            record(ActionResult.FAILED, lastDetail, startedAt);
            substitutes++;
            action = substitute.get();
            attempt = 0;
            become(StepState.Event.WITHDRAWN);
            start();
            return;
        }
        awaitLease(startedAt);
    }

    private static boolean isForGood(Throwable thrown) {
        return thrown instanceof AdapterException.Permanent || thrown instanceof Refused;
    }

    /** The last means: the VM powers itself off unless it renews its lease. */
    private void awaitLease(Instant startedAt) {
        Optional<Instant> isolatedAt = executor.offMeans().isolatedAt(step.action());
        if (isolatedAt.isEmpty()) {
            endUnlessDone(lastDetail, ActionResult.FAILED, startedAt);
        } else if (!executor.now().isBefore(isolatedAt.get())) {
            action = step.action();
            succeeded("its lease ran out", startedAt);
        } else if (substitutes++ < executor.maxAttempts()) {
            if (state == StepState.RUNNING) {
                become(StepState.Event.FAILED);
            }
            timer = executor.schedule(Duration.between(executor.now(), isolatedAt.get()), () -> awaitLease(startedAt));
        } else {
            endUnlessDone(lastDetail + "; and it keeps renewing its lease", ActionResult.FAILED, startedAt);
        }
    }

    /** It is not to be tried any more, but an earlier try may have had its effect: what is believed must be what is. */
    private void endUnlessDone(String why, ActionResult otherwise, Instant startedAt) {
        if (mayBeDone) {
            cancelTimer();
            become(StepState.Event.UNKNOWN);
            readBack(why, otherwise, startedAt, 1);
            return;
        }
        if (isActing) {
            Handlers.of(action).notDone(executor.state());
        }
        end(otherwise, why, startedAt);
    }

    private void readBack(String why, ActionResult otherwise, Instant startedAt, int look) {
        Duration wait = quietFrom.minus(executor.uptime());
        if (!wait.isNegative() && !wait.isZero()) {
            timer = executor.schedule(wait, () -> readBack(why, otherwise, startedAt, look));
            return;
        }
        executor.calls().look(run.plan(), step.number(), action, (done, thrown) -> {
            if (state != StepState.READING_BACK) {
                return;
            }
            if (thrown.isPresent() && thrown.get() instanceof NotLeaderException notLeader) {
                become(StepState.Event.WITHDRAWN);
                executor.lostLeadership(UserCode.said(notLeader));
            } else if (done) {
                succeeded("read back after: " + why, startedAt);
            } else if (thrown.isEmpty()) {
                mayBeDone = false;
                Handlers.of(action).notDone(executor.state());
                Handlers.of(action).unresolved(executor.state(), executor.now());
                end(otherwise, why, startedAt);
            } else if (look < executor.maxAttempts()) {
                timer = executor.schedule(
                        executor.backoffAfter(look), () -> readBack(why, otherwise, startedAt, look + 1));
            } else {
                // Where it may be running stays as wide as it is, until a reading of the whole platform tells.
                Handlers.of(action).unknown(executor.state());
                executor.needsReading();
                executor.needsDatabases();
                Handlers.of(action).unresolved(executor.state(), executor.now());
                end(otherwise, why + "; and what became of it cannot be read", startedAt);
            }
        });
    }

    /** Ends a step that can never start, since one that it waits for was not done. */
    void skip(StepRun missing) {
        failure = missing.failure;
        endUnlessDone("step " + missing.step.number() + " was not done", ActionResult.SKIPPED, executor.now());
    }

    private void end(ActionResult result, String detail) {
        end(result, detail, executor.now());
    }

    private void end(ActionResult result, String detail, Instant startedAt) {
        cancelTimer();
        cancelPutOff();
        lastDetail = detail;
        become(StepState.Event.END);
        isDone = result == ActionResult.DONE;
        if (result == ActionResult.SKIPPED) {
            attempt = 0;
        }
        notActing();
        step.action().vm().ifPresent(executor.state()::touch);
        run.ended(this, action, record(result, detail, startedAt));
    }

    private void actionEnds(VmId id) {
        executor.state().places().actionEnds(id);
        boolean isToBeRead = executor.state()
                .vm(id)
                .filter(vm -> vm.is(VmState.Flag.UNSEARCHED) && !vm.mayRunOn().isEmpty())
                .isPresent();
        if (isToBeRead) {
            executor.needsReading();
        }
    }

    private ActionRecord record(ActionResult result, String detail, Instant startedAt) {
        ActionRecord record = new ActionRecord(startedAt, run.id(), step.number(), action, attempt, result, detail);
        run.record(record);
        return record;
    }

    private void become(StepState.Event event) {
        StepState next = state.next(event);
        if (next != state) {
            state = next;
            since = executor.now();
        }
    }
}
