package io.vmha.center;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The plans that are open for each machine, in the order in which they were decided: their steps for it run in that order.
 * Confined to the center's loop.
 */
final class PlanLines {
    private static final Set<ActionKind> ALL = EnumSet.allOf(ActionKind.class);
    private static final Set<ActionKind> REDIRECTS = EnumSet.of(ActionKind.REDIRECT);
    private static final Set<ActionKind> BEFORE_REDIRECTS = EnumSet.of(ActionKind.POWER_OFF, ActionKind.REDIRECT);
    private static final Set<ActionKind> RECOVERING =
            EnumSet.of(ActionKind.POWER_OFF, ActionKind.CLONE, ActionKind.POWER_ON);
    private static final Set<ActionKind> PLACING =
            EnumSet.of(ActionKind.POWER_OFF, ActionKind.CLONE, ActionKind.POWER_ON, ActionKind.MIGRATE);

    private final Map<VmId, Deque<PlanRun>> byVm = new HashMap<>();

    void add(PlanRun run) {
        run.subjects()
                .forEach(
                        vm -> byVm.computeIfAbsent(vm, id -> new ArrayDeque<>()).addLast(run));
    }

    void remove(PlanRun run) {
        for (VmId vm : run.subjects()) {
            Deque<PlanRun> line = byVm.get(vm);
            if (line != null && line.remove(run) && line.isEmpty()) {
                byVm.remove(vm);
            }
        }
    }

    /** The plans for a machine, the earliest first. */
    Collection<PlanRun> of(VmId vm) {
        Deque<PlanRun> line = byVm.get(vm);
        return line == null ? Collections.emptyList() : Collections.unmodifiableCollection(line);
    }

    /** Whether no earlier plan's steps must end first: for a redirect, what confirms the machine off and moves its requests. */
    boolean isFirst(PlanRun run, VmId vm, Action action) {
        Set<ActionKind> first = action.kind() == ActionKind.REDIRECT ? BEFORE_REDIRECTS : ALL;
        for (PlanRun earlier : of(vm)) {
            if (earlier == run) {
                break;
            }
            if (earlier.isPendingOn(vm, first)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a plan has tried to start the machine before the given moment, and that has not ended. */
    boolean isStartedBefore(VmId vm, Instant moment) {
        return of(vm).stream().anyMatch(run -> run.isStartedBefore(vm, moment));
    }

    /** Whether the machine's requests are still to move. */
    boolean isAboutToMove(VmId owner) {
        return of(owner).stream().anyMatch(run -> run.isPendingOn(owner, REDIRECTS));
    }

    /** Whether a plan after the given one is still to recover the machine. */
    boolean isRecoveredLater(PlanRun run, VmId vm) {
        boolean isLater = false;
        for (PlanRun other : of(vm)) {
            if (isLater && other.isPendingOn(vm, RECOVERING)) {
                return true;
            }
            isLater |= other == run;
        }
        return false;
    }

    /** Whether a decision counts the machine there while it may still run where it was. */
    boolean isCountedInOnly(VmId vm, HostId host) {
        return of(vm).stream()
                .anyMatch(run -> run.isPendingOn(vm, PLACING)
                        && run.before(vm)
                                .filter(before -> !before.host().equals(host))
                                .isPresent());
    }
}
