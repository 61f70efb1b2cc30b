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
        return action.accept(new Action.Visitor<Inventory>() {
            @Override
            public Inventory visitPowerOff(Action.PowerOff powerOff) {
                return vm(inventory, powerOff.target(), vm -> vm.withPower(PowerState.OFF));
            }

            @Override
            public Inventory visitFenceHost(Action.FenceHost fenceHost) {
                return fenced(inventory, fenceHost.target());
            }

            @Override
            public Inventory visitRedirect(Action.Redirect redirect) {
                return inventory;
            }

            @Override
            public Inventory visitPowerOn(Action.PowerOn powerOn) {
                return vm(
                        inventory,
                        powerOn.target(),
                        vm -> vm.withHost(powerOn.on()).withPower(PowerState.ON).withHealth(VmHealth.HEALTHY));
            }

            @Override
            public Inventory visitReallocate(Action.Reallocate reallocate) {
                return vm(inventory, reallocate.target(), vm -> vm.withAllocation(reallocate.allocation()));
            }

            @Override
            public Inventory visitMigrate(Action.Migrate migrate) {
                return vm(inventory, migrate.target(), vm -> vm.withHost(migrate.to()));
            }

            @Override
            public Inventory visitCloneFromTemplate(Action.CloneFromTemplate clone) {
                return inventory;
            }

            @Override
            public Inventory visitPromote(Action.Promote promote) {
                return inventory;
            }

            @Override
            public Inventory visitDemote(Action.Demote demote) {
                return inventory;
            }

            @Override
            public Inventory visitDeleteLeftovers(Action.DeleteLeftovers deleteLeftovers) {
                return inventory;
            }

            @Override
            public Inventory visitRejoin(Action.Rejoin rejoin) {
                return inventory;
            }
        });
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
