package io.vmha.center.internal;

import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Paces automatic returns home: the first of a VM within an hour is at once, the second waits a minute, then doubling, so that a VM that
 * fails again and again does not swing to and fro. Confined to the center's loop.
 */
final class ReturnPace {
    private static final Duration WINDOW = Duration.ofHours(1);
    private static final Duration FIRST_WAIT = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 5;

    private final Map<VmId, Deque<Instant>> returns = new HashMap<>();
    private final Map<VmId, Instant> notBefore = new HashMap<>();

    /** How long the next return is to wait still, from when this was first asked for it; zero where it is due. */
    Duration waitOf(VmId vm, Instant now) {
        int recent = recent(vm, now);
        if (recent == 0) {
            notBefore.remove(vm);
            return Duration.ZERO;
        }
        Instant due = notBefore.computeIfAbsent(
                vm, id -> now.plus(FIRST_WAIT.multipliedBy(1L << Math.min(recent - 1, MOST_DOUBLINGS))));
        return due.isAfter(now) ? Duration.between(now, due) : Duration.ZERO;
    }

    /** It returns now. */
    void returns(VmId vm, Instant now) {
        notBefore.remove(vm);
        returns.computeIfAbsent(vm, id -> new ArrayDeque<>()).addLast(now);
    }

    /** The latest return changed nothing: it does not count. */
    void cameToNothing(VmId vm) {
        Deque<Instant> times = returns.get(vm);
        if (times != null && !times.isEmpty()) {
            times.removeLast();
        }
    }

    /** It was deleted: one of its name to come is another one. */
    void forget(VmId vm) {
        returns.remove(vm);
        notBefore.remove(vm);
    }

    /** It is not to return any more: a wait begins anew. */
    void notReturning(VmId vm) {
        notBefore.remove(vm);
    }

    private int recent(VmId vm, Instant now) {
        Deque<Instant> times = returns.get(vm);
        if (times == null) {
            return 0;
        }
        Instant oldest = now.minus(WINDOW);
        while (!times.isEmpty() && !times.getFirst().isAfter(oldest)) {
            times.removeFirst();
        }
        if (times.isEmpty()) {
            returns.remove(vm);
        }
        return times.size();
    }
}
