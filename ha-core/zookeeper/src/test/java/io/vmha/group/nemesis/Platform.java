package io.vmha.group.nemesis;

import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.testkit.Datacenter;

/** The datacenter that the nemesis' centers manage: VMs without templates, so that a failed one is never started again. Every other is a database. */
final class Platform {
    static final int VMS = 2_400;

    /** How many VMs fail at once in a storm. */
    static final int STORM = 40;

    private Platform() {}

    /** Whether a VM's requests may leave it only once it is off. */
    static boolean mayWrite(String vm) {
        return Integer.parseInt(vm.substring("vm".length())) % 2 == 0;
    }

    static Inventory inventory() {
        Datacenter datacenter = Datacenter.empty()
                .host("h1", ClusterRole.PRIMARY)
                .host("h2", ClusterRole.PRIMARY)
                .host("h3", ClusterRole.STANDBY);
        Inventory.Builder inventory = Inventory.builder();
        datacenter.inventory().hosts().forEach(inventory::add);
        for (int i = 0; i < VMS; i++) {
            inventory.add(VirtualMachine.builder()
                    .id(VmId.of("vm" + i))
                    .type(mayWrite("vm" + i) ? VmType.DATABASE : VmType.MIDDLEWARE)
                    .host(HostId.of("h" + (1 + i % 3)))
                    .allocation(Resources.of(10, 64))
                    .build());
        }
        return inventory.build();
    }
}
