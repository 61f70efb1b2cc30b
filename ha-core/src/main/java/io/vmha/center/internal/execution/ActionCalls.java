package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.ReplicaSet;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of actions off the loop and brings what came of them back to it. None is made where too many hang, late, or by a center
 * that does not lead any more. Confined to the center's loop, but for the calls.
 */
final class ActionCalls {
    private final ExecutorParts parts;
    private final Platform platform;
    private final KnownForCalls known;
    private final ObjLongConsumer<ReplicaSet> onSeen;
    private final StuckCalls stuck = new StuckCalls();

    /**
     * Makes one.
     *
     * @param onSeen is told, on the loop, what an action read of a replica set, with the token that was issued before it was sent
     */
    ActionCalls(ExecutorParts parts, Platform platform, KnownForCalls known, ObjLongConsumer<ReplicaSet> onSeen) {
        this.parts = parts;
        this.platform = platform;
        this.known = known;
        this.onSeen = onSeen;
    }

    /** Those that were given up and have not returned. */
    StuckCalls stuck() {
        return stuck;
    }

    /** How long an action may take, with all calls that it makes. */
    Duration watchdog(Action action) {
        return deadlines(Handlers.of(action).maxCalls(platform) + 1);
    }

    /** So many times the deadline of one call. */
    private Duration deadlines(int count) {
        return Duration.ofNanos(parts.config().actionDeadline().toNanos() * count);
    }

    /** Makes the call off the loop, after a last look at whether this center still leads and whether it is not late. */
    void perform(Plan plan, int step, Action action, boolean probeFirst, Consumer<Optional<Throwable>> then) {
        if (stuck.isFull(action)) {
            parts.scheduler().execute(() -> then.accept(Optional.of(tooManyStuck())));
            return;
        }
        CallContext call = call(plan, step);
        AtomicReference<ReplicaSet> seen = new AtomicReference<>();
        long begun = known.beginsReading();
        CallFacts facts = known.facts(action, plan, seen::set);
        Duration sendBefore = parts.scheduler().uptime().plus(parts.config().actionDeadline());
        parts.scheduler()
                .call(
                        () -> {
                            requireInTime(sendBefore);
                            requireLeadership();
                            LogContext.during(parts.epoch(), plan.id(), action, () -> {
                                if (!probeFirst || !isSurelyDone(action, call, facts)) {
                                    requireLeadership();
                                    Handlers.of(action).perform(call, platform, facts);
                                }
                            });
                        },
                        thrown -> {
                            tell(seen.get(), begun);
                            then.accept(thrown);
                        });
    }

    /** Reads off the loop whether an action was done of which that is not known, and changes nothing. */
    void look(Plan plan, int step, Action action, BiConsumer<Boolean, Optional<Throwable>> then) {
        if (stuck.isFull(action)) {
            parts.scheduler().execute(() -> then.accept(false, Optional.of(tooManyStuck())));
            return;
        }
        AtomicBoolean isDone = new AtomicBoolean();
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicReference<ReplicaSet> seen = new AtomicReference<>();
        long begun = known.beginsReading();
        CallFacts facts = known.facts(action, plan, seen::set);
        CenterScheduler.Cancellable watchdog = parts.scheduler().schedule(deadlines(2), () -> {
            if (isOver.compareAndSet(false, true)) {
                stuck.gaveUp(action);
                then.accept(
                        false,
                        Optional.of(new AdapterException.Transient(
                                AdapterException.Cause.TIMEOUT, "the reading did not return by its deadline")));
            }
        });
        parts.scheduler()
                .call(
                        () -> {
                            requireLeadership();
                            LogContext.during(
                                    parts.epoch(),
                                    plan.id(),
                                    action,
                                    () -> isDone.set(Handlers.of(action).isDone(call(plan, step), platform, facts)));
                        },
                        thrown -> {
                            if (isOver.compareAndSet(false, true)) {
                                watchdog.cancel();
                                tell(seen.get(), begun);
                                then.accept(isDone.get(), thrown);
                            } else {
                                stuck.returned(action);
                            }
                        });
    }

    private static AdapterException tooManyStuck() {
        return new AdapterException.Transient(
                AdapterException.Cause.TIMEOUT, "not made: too many calls before it have not returned");
    }

    private void tell(@Nullable ReplicaSet seen, long begun) {
        if (seen != null) {
            onSeen.accept(seen, begun);
        }
    }

    /** A process that was paused makes no call any more that others may have given up meanwhile. */
    private void requireInTime(Duration sendBefore) {
        if (parts.scheduler().uptime().compareTo(sendBefore) > 0) {
            throw new AdapterException.Transient(AdapterException.Cause.TIMEOUT, "the call came late and was not made");
        }
    }

    private boolean isSurelyDone(Action action, CallContext call, CallFacts facts) {
        Handlers.Bound<?> handler = Handlers.of(action);
        try {
            return handler.isDone(call, platform, facts);
        } catch (AdapterException unreadable) {
            if (handler.mayRepeatUnread()) {
                return false;
            }
            throw unreadable;
        }
    }

    private CallContext call(Plan plan, int step) {
        return CallContext.within(parts.config().actionDeadline(), Optional.of(plan.id()), step, parts.epoch());
    }

    private void requireLeadership() {
        OptionalLong leads = parts.leadership().epoch();
        if (leads.isEmpty() || leads.getAsLong() != parts.epoch()) {
            throw new NotLeaderException("this center does not lead in epoch " + parts.epoch() + " any more");
        }
    }
}
