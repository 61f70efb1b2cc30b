package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.PendingEffects;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open plans for each VM, in the order in which they were decided, offers in that in which they were approved: their steps for it run
 * in that order, and what they are still to do is its pending effect. Confined to the center's loop.
 */
final class VmQueues implements PendingEffects.Source {
    private static final Set<ActionKind> ALL = EnumSet.allOf(ActionKind.class);
    private static final Set<ActionKind> BEFORE_REDIRECTS =
            EnumSet.of(ActionKind.POWER_OFF, ActionKind.PROMOTE, ActionKind.DEMOTE, ActionKind.REDIRECT);

    private final Map<VmId, Deque<PlanRun>> byVm = new HashMap<>();

    void add(PlanRun run) {
        for (VmId vm : run.subjects()) {
            byVm.computeIfAbsent(vm, id -> new ArrayDeque<>(2)).addLast(run);
        }
    }

    void remove(PlanRun run) {
        for (VmId vm : run.subjects()) {
            Deque<PlanRun> queue = byVm.get(vm);
            if (queue != null && queue.remove(run) && queue.isEmpty()) {
                byVm.remove(vm);
            }
        }
    }

    /** The plans for a VM, the earliest first. */
    Collection<PlanRun> of(@Nullable VmId vm) {
        Deque<PlanRun> queue = vm == null ? null : byVm.get(vm);
        return queue == null ? List.of() : List.copyOf(queue);
    }

    /** Whether no earlier plan's steps must end first: for a redirect, what confirms the VM off and moves its requests. */
    boolean isFirst(PlanRun run, VmId vm, Action action) {
        Deque<PlanRun> queue = byVm.get(vm);
        if (queue == null || queue.peekFirst() == run) {
            return true;
        }
        Set<ActionKind> first = action.kind() == ActionKind.REDIRECT ? BEFORE_REDIRECTS : ALL;
        for (PlanRun earlier : queue) {
            if (earlier == run) {
                break;
            }
            if (earlier.isWaitedFor() && earlier.isPendingOn(vm, first)) {
                return false;
            }
        }
        return true;
    }

    /** {@inheritDoc} Of several plans the latest counts; one that is only offered does not. */
    @Override
    public PendingEffects pendingOf(VmId vm) {
        Deque<PlanRun> queue = byVm.get(vm);
        if (queue == null) {
            return PendingEffects.NONE;
        }
        Optional<HostId> place = Optional.empty();
        boolean isMigrating = false;
        Optional<VmId> server = Optional.empty();
        Optional<Resources> allocation = Optional.empty();
        for (PlanRun run : queue) {
            if (run.isIdleOffer()) {
                continue;
            }
            for (StepRun step : run.stepsOf(vm)) {
                if (step.isEnded()) {
                    continue;
                }
                Action action = step.step().action();
                if (action instanceof Action.Redirect redirect) {
                    server = Optional.of(redirect.server());
                } else if (action instanceof Action.PowerOn powerOn) {
                    place = Optional.of(powerOn.on());
                    isMigrating = false;
                } else if (action instanceof Action.CloneFromTemplate clone) {
                    place = Optional.of(clone.on());
                    isMigrating = false;
                } else if (action instanceof Action.Migrate migrate
                        && run.heldFor().isEmpty()) {
                    // What is held may never happen: until then the VM serves where it is.
                    place = Optional.of(migrate.to());
                    isMigrating = true;
                } else if (action instanceof Action.Reallocate reallocate) {
                    allocation = Optional.of(reallocate.allocation());
                }
            }
        }
        boolean isNone = place.isEmpty() && server.isEmpty() && allocation.isEmpty();
        return isNone ? PendingEffects.NONE : new PendingEffects(place, isMigrating, server, allocation);
    }
}
