package io.vmha.plan;

import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.function.UnaryOperator;

/** Shows an action that was carried out in the inventory. Pure functions. */
public final class ActionEffects {
    private ActionEffects() {}

    /** Returns the inventory with the action done; what it is about and is not there any more changes nothing. */
    public static Inventory apply(Inventory inventory, Action action) {
        return action.fold(new Action.Cases<Inventory>(
                powerOff -> vm(inventory, powerOff.target(), vm -> vm.withPower(PowerState.OFF)),
                fenceHost -> fenced(inventory, fenceHost.target()),
                redirect -> inventory,
                powerOn -> vm(
                        inventory,
                        powerOn.target(),
                        vm -> vm.withHost(powerOn.on()).withPower(PowerState.ON).withHealth(VmHealth.HEALTHY)),
                reallocate -> vm(inventory, reallocate.target(), vm -> vm.withAllocation(reallocate.allocation())),
                migrate -> vm(inventory, migrate.target(), vm -> vm.withHost(migrate.to())),
                clone -> inventory,
                promote -> inventory,
                demote -> inventory,
                deleteLeftovers -> inventory,
                rejoin -> inventory));
    }

    private static Inventory vm(Inventory inventory, VmId id, UnaryOperator<VirtualMachine> change) {
        return inventory.vm(id).map(vm -> inventory.with(change.apply(vm))).orElse(inventory);
    }

    private static Inventory fenced(Inventory inventory, HostId id) {
        if (inventory.host(id).isEmpty()) {
            return inventory;
        }
        Inventory changed = inventory.with(inventory.requireHost(id).withHealth(HostHealth.DOWN));
        for (VirtualMachine vm : inventory.vmsOn(id)) {
            changed = changed.with(vm.withPower(PowerState.OFF));
        }
        return changed;
    }
}
