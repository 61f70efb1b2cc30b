package io.vmha.center;

import io.vmha.model.HostId;
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

    /**
     * Returns the inventory without the effect of an action that will not be done any more.
     *
     * @param confirmedOff whether the machine that it is about is confirmed off
     * @param servedBy where the requests of that machine really go
     * @param place where that machine really is, if it was to move
     */
    static Inventory undo(
            Inventory inventory,
            Action action,
            List<VmChange> changes,
            boolean confirmedOff,
            VmId servedBy,
            Optional<HostId> place) {
        return action.fold(new Action.Cases<Inventory>(
                powerOff -> inventory,
                fenceHost -> inventory,
                redirect -> unroute(inventory, redirect, servedBy),
                powerOn -> unplace(inventory, powerOn.target(), changes, confirmedOff),
                reallocate -> unallocate(inventory, reallocate.target(), changes),
                migrate -> unmigrate(inventory, migrate, confirmedOff, place.orElse(migrate.from())),
                clone -> unplace(inventory, clone.target(), changes, confirmedOff),
                promote -> inventory));
    }

    /** Returns the inventory with the load of a machine back that was counted as another's, as far as that has it still. */
    static Inventory unload(Inventory inventory, VmId from, VmId to, List<VmChange> changes) {
        Optional<VmChange> change = change(from, changes);
        Optional<VirtualMachine> source = inventory.vm(from);
        Optional<VirtualMachine> target = inventory.vm(to);
        if (change.isEmpty() || source.isEmpty() || target.isEmpty()) {
            return inventory;
        }
        double moved = Math.min(work(change.get().before()), work(target.get()));
        return inventory
                .with(withWork(target.get(), work(target.get()) - moved))
                .with(withWork(source.get(), work(source.get()) + moved));
    }

    private static double work(VirtualMachine vm) {
        return vm.load() * vm.allocation().cpuMillis();
    }

    private static VirtualMachine withWork(VirtualMachine vm, double work) {
        return ImmutableVirtualMachine.copyOf(vm)
                .withLoad(work / vm.allocation().cpuMillis());
    }

    private static Optional<VmChange> change(VmId vm, List<VmChange> changes) {
        return changes.stream()
                .filter(change -> change.before().id().equals(vm))
                .findFirst();
    }

    private static Inventory unroute(Inventory inventory, Action.Redirect redirect, VmId servedBy) {
        return inventory
                .vm(redirect.owner())
                .filter(vm -> vm.servedBy().orElse(vm.id()).equals(redirect.server()))
                .map(vm -> inventory.with(ImmutableVirtualMachine.copyOf(vm)
                        .withServedBy(servedBy.equals(vm.id()) ? Optional.empty() : Optional.of(servedBy))))
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
        VirtualMachine shrunk = ImmutableVirtualMachine.copyOf(vm.get()).withAllocation(before.allocation());
        return inventory.with(withWork(shrunk, work(vm.get())));
    }

    private static Inventory unmigrate(
            Inventory inventory, Action.Migrate migrate, boolean confirmedOff, HostId place) {
        return inventory
                .vm(migrate.target())
                .filter(vm -> vm.host().equals(migrate.to()))
                .map(vm -> inventory.with(ImmutableVirtualMachine.copyOf(vm)
                        .withHost(place)
                        .withPower(confirmedOff ? PowerState.OFF : vm.power())))
                .orElse(inventory);
    }
}
