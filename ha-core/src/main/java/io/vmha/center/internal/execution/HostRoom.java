package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.policy.Reason;
import java.util.Optional;

/**
 * Whether a host has the room that an action needs at the moment of its effect. A VM takes its room wherever it is registered, may
 * be running, or is to be placed: one on the move at both ends. Pure functions of what is known.
 */
final class HostRoom {
    private HostRoom() {}

    static Verdict judge(Action action, CenterState state) {
        HostId host = action.host().orElseThrow();
        VmId vm = action.vm().orElseThrow();
        Resources taken = action instanceof Action.Reallocate reallocate
                ? reallocate.allocation()
                : state.requireVm(vm).seen().allocation();
        boolean mayComeFree = false;
        for (VmId id : state.vmsAt(host)) {
            Optional<VmRecord> other = state.vm(id);
            if (id.equals(vm) || other.isEmpty()) {
                continue;
            }
            boolean isToStay = state.inventory()
                    .vm(id)
                    .filter(found -> found.host().equals(host))
                    .isPresent();
            boolean isThere = other.get().mayRunOn().contains(host)
                    || other.get().seen().host().equals(host);
            if (isThere || isToStay) {
                Resources size = other.get().seen().allocation();
                Resources planned =
                        state.inventory().vm(id).map(VirtualMachine::allocation).orElse(size);
                taken = taken.plus(size.fitsIn(planned) ? planned : size);
                mayComeFree |= !isToStay;
            }
        }
        Resources capacity = state.requireHost(host).seen().capacity();
        if (taken.fitsIn(capacity)) {
            return Verdict.PASS;
        }
        String detail = "host " + host + " has no room: " + taken + " of " + capacity + " would be taken";
        return mayComeFree ? Verdict.noRoom(Reason.NO_CAPACITY, detail) : Verdict.never(Reason.NO_CAPACITY, detail);
    }
}
