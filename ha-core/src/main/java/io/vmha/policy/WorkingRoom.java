package io.vmha.policy;

import io.vmha.model.Host;
import io.vmha.model.HostRoom;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.List;

/** A host with what it was given so far in one decision; it only gets fuller. Confined to the thread that made it. */
final class WorkingRoom {
    private final HostRoom before;
    private final List<VirtualMachine> taken = new ArrayList<>(0);
    private Resources allocated;

    WorkingRoom(HostRoom before) {
        this.before = before;
        this.allocated = before.allocated();
    }

    Host host() {
        return before.host();
    }

    List<VirtualMachine> taken() {
        return taken;
    }

    double fullnessBefore() {
        return before.fullness();
    }

    double fullnessWith(Resources added) {
        return allocated.plus(added).shareOf(host().capacity());
    }

    void take(VirtualMachine vm) {
        allocated = allocated.plus(vm.allocation());
        taken.add(vm);
    }
}
