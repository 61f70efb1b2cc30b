package io.vmha.center.internal;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Refuses changes of an inventory that are not the orchestrator's to declare. Pure functions. */
final class DeclaredChange {
    private DeclaredChange() {}

    /**
     * Checks that only declared fields differ, and which hosts and VMs there are.
     *
     * @throws IllegalArgumentException if something differs that another call is for, or if there is no inventory
     */
    static void check(Inventory before, @Nullable Inventory after) {
        checkArgument(after != null, "an update must return an inventory, not null");
        for (VirtualMachine vm : after.vms()) {
            Optional<VirtualMachine> known = before.vm(vm.id());
            if (known.isEmpty() || known.get() == vm) {
                continue;
            }
            VirtualMachine was = known.get();
            refuse(vm.id(), "health", was.health() != vm.health(), "submit or repaired");
            refuse(vm.id(), "servedBy", !was.servedBy().equals(vm.servedBy()), "a report or repaired");
            refuse(vm.id(), "host", !was.host().equals(vm.host()), "observe");
            refuse(vm.id(), "power", was.power() != vm.power(), "observe, repaired or desired");
            refuse(vm.id(), "allocation", !was.allocation().equals(vm.allocation()), "observe");
            refuse(vm.id(), "load", was.load() != vm.load(), "load");
            refuse(vm.id(), "replicationLag", !was.replicationLag().equals(vm.replicationLag()), "replicationLag");
        }
        for (Host host : after.hosts()) {
            Optional<Host> known = before.host(host.id());
            if (known.isPresent() && known.get() != host) {
                refuse(host.id(), "health", known.get().health() != host.health(), "submit or hostUp");
                refuse(
                        host.id(),
                        "inQuarantine",
                        known.get().inQuarantine() != host.inQuarantine(),
                        "releaseQuarantine");
                refuse(host.id(), "inMaintenance", known.get().inMaintenance() != host.inMaintenance(), "maintenance");
            }
        }
    }

    private static void refuse(Object id, String field, boolean isChanged, String call) {
        checkArgument(!isChanged, "%s: %s is not changed by an update, but by %s", id, field, call);
    }
}
