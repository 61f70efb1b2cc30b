package io.vmha.center;

import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Tells whether a host has the room that an action needs now: a decision counts a machine where it is to be, but until it
 * is off or has moved away, it takes its room where it was. Confined to the center's loop.
 */
final class HostRoom {
    private static final Set<ActionKind> NEEDS_ROOM =
            EnumSet.of(ActionKind.POWER_ON, ActionKind.CLONE, ActionKind.MIGRATE, ActionKind.REALLOCATE);

    private final KnownState state;
    private final SetMultimap<HostId, PlanRun> leaving = LinkedHashMultimap.create();
    private Set<PlanRun> waiting = new LinkedHashSet<>();

    HostRoom(KnownState state) {
        this.state = state;
    }

    void add(PlanRun run) {
        run.opened().changes().stream()
                .filter(HostRoom::isMove)
                .forEach(move -> leaving.put(move.before().host(), run));
    }

    void remove(PlanRun run) {
        run.opened().changes().stream()
                .filter(HostRoom::isMove)
                .forEach(move -> leaving.remove(move.before().host(), run));
        waiting.remove(run);
    }

    private static boolean isMove(VmChange change) {
        return !change.before().host().equals(change.after().host());
    }

    /** Whether the action's host has room for it, or it needs none. */
    boolean isFor(Action action) {
        Optional<HostId> host = action.host().filter(id -> NEEDS_ROOM.contains(action.kind()));
        if (host.isEmpty() || state.inventory().host(host.get()).isEmpty()) {
            return true;
        }
        Resources taken = Resources.of(0, 0);
        for (VirtualMachine vm : state.inventory().vmsOn(host.get())) {
            if (!state.isConfirmedOff(vm.id()) || vm.id().equals(action.vm().orElseThrow())) {
                taken = taken.plus(vm.allocation());
            }
        }
        for (VirtualMachine vm : leaving(host.get())) {
            taken = taken.plus(vm.allocation());
        }
        return taken.fitsIn(state.inventory().requireHost(host.get()).capacity());
    }

    /** Whether machines that are counted elsewhere may still run on the action's host. */
    boolean mayComeFree(Action action) {
        return action.host().filter(host -> !leaving(host).isEmpty()).isPresent();
    }

    private Set<VirtualMachine> leaving(HostId host) {
        Set<VirtualMachine> machines = new LinkedHashSet<>();
        for (PlanRun run : leaving.get(host)) {
            for (VmChange change : run.opened().changes()) {
                VmId vm = change.before().id();
                if (isMove(change)
                        && change.before().host().equals(host)
                        && !state.isConfirmedOff(vm)
                        && run.isPendingOn(vm)
                        && isElsewhere(vm, host)) {
                    machines.add(change.before());
                }
            }
        }
        return machines;
    }

    private boolean isElsewhere(VmId vm, HostId host) {
        return state.inventory()
                .vm(vm)
                .filter(found -> !found.host().equals(host))
                .isPresent();
    }

    /** The run is to be advanced again when a step has ended. */
    void await(PlanRun run) {
        waiting.add(run);
    }

    /** Takes out the runs that wait. */
    Set<PlanRun> waiting() {
        Set<PlanRun> taken = waiting;
        waiting = new LinkedHashSet<>();
        return taken;
    }
}
