package io.vmha.policy;

import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Optional;

/**
 * Shows a decision in the inventory as if it were carried out already, so that the next decision counts with it. Pure
 * functions.
 */
public final class DecisionEffects {
    private DecisionEffects() {}

    /** Returns the inventory with the decision counted in: load and requests moved, room on the chosen hosts taken. */
    public static Inventory apply(Inventory inventory, Decision decision) {
        Inventory changed = inventory;
        for (SubjectDecision part : decision.parts()) {
            changed = apply(changed, part);
        }
        return changed;
    }

    private static Inventory apply(Inventory inventory, SubjectDecision part) {
        return part.fold(new SubjectDecision.Cases<Inventory>(
                redirect -> redirected(inventory, redirect.vm(), redirect.owners(), redirect.target()),
                restart -> placed(inventory, restart.vm(), restart.host()),
                reclone -> placed(inventory, reclone.vm(), reclone.host()),
                reallocate -> reallocated(inventory, reallocate.vm(), reallocate.allocation()),
                shift -> redirected(
                        reallocated(inventory, shift.target(), shift.targetAllocation()),
                        shift.vm(),
                        shift.owners(),
                        shift.target()),
                migrate -> inventory.with(ImmutableVirtualMachine.copyOf(inventory.requireVm(migrate.vm()))
                        .withHost(migrate.to())),
                failback -> inventory.with(ImmutableVirtualMachine.copyOf(inventory.requireVm(failback.vm()))
                        .withServedBy(Optional.empty())),
                noTarget -> inventory,
                blocked -> inventory,
                ignored -> inventory));
    }

    private static Inventory redirected(Inventory inventory, VmId from, List<VmId> owners, VmId to) {
        if (owners.isEmpty()) {
            return inventory;
        }
        VirtualMachine source = inventory.requireVm(from);
        VirtualMachine target = inventory.requireVm(to);
        Inventory changed = inventory
                .with(ImmutableVirtualMachine.copyOf(target).withLoad(loadAfter(target, source)))
                .with(ImmutableVirtualMachine.copyOf(source).withLoad(0));
        for (VmId owner : owners) {
            Optional<VmId> server = owner.equals(to) ? Optional.empty() : Optional.of(to);
            changed = changed.with(
                    ImmutableVirtualMachine.copyOf(changed.requireVm(owner)).withServedBy(server));
        }
        return changed;
    }

    /** The work stays the same, so that its share of the new allocation changes. */
    private static Inventory reallocated(Inventory inventory, VmId id, Resources allocation) {
        VirtualMachine vm = inventory.requireVm(id);
        double load = vm.load() * vm.allocation().cpuMillis() / allocation.cpuMillis();
        return inventory.with(
                ImmutableVirtualMachine.copyOf(vm).withAllocation(allocation).withLoad(load));
    }

    /** The machine is off on its new host until its plan powers it on: it takes its room there at once. */
    private static Inventory placed(Inventory inventory, VmId vm, HostId host) {
        return inventory.with(ImmutableVirtualMachine.copyOf(inventory.requireVm(vm))
                .withHost(host)
                .withPower(PowerState.OFF));
    }

    static double loadAfter(VirtualMachine target, VirtualMachine failed) {
        double moved = failed.load()
                * failed.allocation().cpuMillis()
                / target.allocation().cpuMillis();
        return target.load() + moved;
    }
}
