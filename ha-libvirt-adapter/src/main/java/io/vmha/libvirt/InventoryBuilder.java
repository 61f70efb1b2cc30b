package io.vmha.libvirt;

import io.vmha.libvirt.Directory.Location;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts together what the hosts answered. Pure. */
final class InventoryBuilder {
    /** The least capacity that a host may have, for one that has never answered: nothing fits there. */
    private static final Resources UNKNOWN_CAPACITY = Resources.of(1, 1);

    private InventoryBuilder() {}

    static Inventory build(
            Collection<ManagedHost> hosts, Directory directory, Set<HostId> unreachable, boolean microcodeMayDiffer) {
        Map<HostId, Map<ClusterRole, Long>> roles = directory.machines().stream()
                .filter(machine -> machine.profile().role().isPresent())
                .collect(Collectors.groupingBy(
                        Location::host,
                        Collectors.groupingBy(
                                machine -> machine.profile().role().orElseThrow(), Collectors.counting())));
        Inventory.Builder inventory = Inventory.builder();
        for (ManagedHost host : hosts) {
            HostId id = host.settings().id();
            inventory.add(host(
                    host.settings(),
                    directory.host(id),
                    directory.host(id).map(answer -> directory.pool(host.settings(), answer)),
                    roles.getOrDefault(id, Map.of()),
                    unreachable.contains(id) ? HostHealth.UNREACHABLE : HostHealth.UP,
                    microcodeMayDiffer));
        }
        directory.machines().forEach(machine -> inventory.add(vm(machine)));
        return inventory.build();
    }

    private static Host host(
            LibvirtHost settings,
            Optional<HostSnapshot> snapshot,
            Optional<Resources> pool,
            Map<ClusterRole, Long> named,
            HostHealth health,
            boolean microcodeMayDiffer) {
        ClusterRole byMachines =
                named.getOrDefault(ClusterRole.STANDBY, 0L) > named.getOrDefault(ClusterRole.PRIMARY, 0L)
                        ? ClusterRole.STANDBY
                        : ClusterRole.PRIMARY;
        return Host.builder()
                .id(settings.id())
                .role(settings.role().orElse(byMachines))
                .capacity(pool.or(settings::capacity).orElse(UNKNOWN_CAPACITY))
                .rack(settings.rack())
                .cpuPlatform(snapshot.flatMap(answer -> answer.facts().cpuPlatform())
                        .map(cpu -> microcodeMayDiffer ? new CpuPlatform(cpu.model(), "") : cpu))
                .health(health)
                .build();
    }

    private static VirtualMachine vm(Location machine) {
        return VirtualMachine.builder()
                .id(machine.vm())
                .type(machine.profile().type())
                .host(machine.host())
                .allocation(machine.entry().allocation())
                .load(machine.entry().load())
                .priority(machine.profile().priority())
                .template(machine.profile().template())
                .addAllAntiAffinity(machine.profile().antiAffinity())
                .power(machine.entry().stats().power())
                .build();
    }
}
