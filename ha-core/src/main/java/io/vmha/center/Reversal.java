package io.vmha.center;

import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import java.util.List;
import java.util.Optional;

/** Takes back what a decision had counted in and what was not done. Pure functions. */
final class Reversal {
    private Reversal() {}

    /** Returns the inventory without the effect of an action that will not be done any more. */
    static Inventory undo(Inventory inventory, Action action, List<VmChange> changes, boolean confirmedOff) {
        return action.fold(new Action.Cases<Inventory>(
                powerOff -> inventory,
                fenceHost -> inventory,
                redirect -> unroute(inventory, redirect, changes),
                powerOn -> unplace(inventory, powerOn.target(), changes, confirmedOff),
                reallocate -> unallocate(inventory, reallocate.target(), changes),
                migrate -> unmigrate(inventory, migrate),
                clone -> unplace(inventory, clone.target(), changes, confirmedOff),
                promote -> inventory));
    }

    /** Returns the inventory with the load of a machine back that was counted as another's. */
    static Inventory unload(Inventory inventory, VmId from, VmId to, List<VmChange> changes) {
        Optional<VmChange> source = change(from, changes);
        Optional<VirtualMachine> target = inventory.vm(to);
        if (source.isEmpty() || target.isEmpty() || inventory.vm(from).isEmpty()) {
            return inventory;
        }
        VirtualMachine before = source.get().before();
        double moved = before.load()
                * before.allocation().cpuMillis()
                / target.get().allocation().cpuMillis();
        return inventory
                .with(ImmutableVirtualMachine.copyOf(target.get())
                        .withLoad(Math.max(0, target.get().load() - moved)))
                .with(ImmutableVirtualMachine.copyOf(inventory.requireVm(from)).withLoad(before.load()));
    }

    private static Optional<VmChange> change(VmId vm, List<VmChange> changes) {
        return changes.stream()
                .filter(change -> change.before().id().equals(vm))
                .findFirst();
    }

    private static Inventory unroute(Inventory inventory, Action.Redirect redirect, List<VmChange> changes) {
        Optional<VmId> intended =
                redirect.owner().equals(redirect.server()) ? Optional.empty() : Optional.of(redirect.server());
        return inventory
                .vm(redirect.owner())
                .filter(vm -> vm.servedBy().equals(intended))
                .flatMap(vm -> change(vm.id(), changes)
                        .map(change -> inventory.with(ImmutableVirtualMachine.copyOf(vm)
                                .withServedBy(change.before().servedBy()))))
                .orElse(inventory);
    }

    private static Inventory unplace(Inventory inventory, VmId id, List<VmChange> changes, boolean confirmedOff) {
        Optional<VmChange> change = change(id, changes);
        Optional<VirtualMachine> vm = inventory.vm(id);
        if (change.isEmpty()
                || vm.isEmpty()
                || !vm.get().host().equals(change.get().after().host())) {
            return inventory;
        }
        VirtualMachine before = change.get().before();
        return inventory.with(ImmutableVirtualMachine.copyOf(vm.get())
                .withHost(before.host())
                .withPower(confirmedOff ? PowerState.OFF : before.power()));
    }

    private static Inventory unallocate(Inventory inventory, VmId id, List<VmChange> changes) {
        Optional<VmChange> change = change(id, changes);
        Optional<VirtualMachine> vm = inventory.vm(id);
        if (change.isEmpty() || vm.isEmpty()) {
            return inventory;
        }
        VirtualMachine before = change.get().before();
        return inventory.with(ImmutableVirtualMachine.copyOf(vm.get())
                .withAllocation(before.allocation())
                .withLoad(before.load()));
    }

    private static Inventory unmigrate(Inventory inventory, Action.Migrate migrate) {
        return inventory
                .vm(migrate.target())
                .filter(vm -> vm.host().equals(migrate.to()))
                .map(vm -> inventory.with(ImmutableVirtualMachine.copyOf(vm).withHost(migrate.from())))
                .orElse(inventory);
    }
}
