package io.vmha.libvirt;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.libvirt.HostSnapshot.Entry;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Which domain on which host is which machine, as last read. Immutable.
 *
 * <p>Two hosts may both have a definition of one machine, such as after a host came back whose machines were started
 * elsewhere: the one that is not off is the machine; among those the clone of the latest plan, then the first host's by name.
 */
final class Directory {
    static final Directory EMPTY = new Directory(ImmutableMap.of());

    private final ImmutableMap<HostId, HostSnapshot> hosts;
    private final ImmutableListMultimap<VmId, Location> machines;

    /**
     * Where a machine is.
     *
     * @param vm the machine
     * @param host the host that it is defined on
     * @param entry the domain
     */
    record Location(VmId vm, HostId host, Entry entry) {
        UUID uuid() {
            return entry.description().uuid();
        }

        VmProfile profile() {
            return machine().profile();
        }

        /** The action that made it as a clone; empty where none did. */
        Optional<CloneOrigin> origin() {
            return machine().origin();
        }

        private Machine machine() {
            return (Machine) entry.description().profile();
        }

        /** The number of the plan that made it as a clone, 0 if none did. */
        long madeByPlan() {
            return origin().map(CloneOrigin::plan).orElse(0L);
        }

        boolean isOff() {
            return entry.stats().power() == PowerState.OFF;
        }
    }

    private Directory(ImmutableMap<HostId, HostSnapshot> hosts) {
        this.hosts = hosts;
        ImmutableListMultimap.Builder<VmId, Location> index = ImmutableListMultimap.builder();
        index.orderValuesBy(Comparator.comparing(Location::isOff)
                .thenComparing(Comparator.comparing(Location::madeByPlan).reversed())
                .thenComparing(Location::host));
        hosts.forEach((host, snapshot) -> snapshot.domains().forEach(entry -> {
            if (entry.description().profile() instanceof Machine machine) {
                VmId vm =
                        machine.id().orElseGet(() -> VmId.of(entry.description().name()));
                index.put(vm, new Location(vm, host, entry));
            }
        }));
        this.machines = index.build();
    }

    /** Returns the directory with hosts added or read anew. */
    Directory with(Map<HostId, HostSnapshot> read) {
        return new Directory(ImmutableMap.<HostId, HostSnapshot>builder()
                .putAll(hosts)
                .putAll(read)
                .buildKeepingLast());
    }

    /** The machines, each where it is. */
    List<Location> machines() {
        return machines.asMap().values().stream()
                .map(locations -> locations.iterator().next())
                .toList();
    }

    /** The machines that are on that host. */
    List<Location> machinesOn(HostId host) {
        return machines().stream()
                .filter(machine -> machine.host().equals(host))
                .toList();
    }

    /** The machine that a domain of that host is. */
    Optional<VmId> machineOf(HostId host, UUID domain) {
        return machinesOn(host).stream()
                .filter(machine -> machine.uuid().equals(domain))
                .map(Location::vm)
                .findFirst();
    }

    /** Where a machine is. */
    Optional<Location> find(VmId vm) {
        return machines.get(vm).stream().findFirst();
    }

    /** All definitions of a machine, the one that it is first. */
    List<Location> findAll(VmId vm) {
        return machines.get(vm);
    }

    /**
     * What a host's machines can be allocated together: what it has, or what its settings allow, less what domains hold that
     * are none of its machines, be they unmanaged, set aside, or another definition of a machine that is elsewhere. A
     * definition that is off holds nothing. At least one millicore and one MiB, as a host of the inventory has.
     */
    Resources pool(LibvirtHost host, HostSnapshot snapshot) {
        Set<UUID> own = machinesOn(host.id()).stream().map(Location::uuid).collect(Collectors.toSet());
        Resources foreign = snapshot.domains().stream()
                .filter(entry -> !own.contains(entry.stats().uuid()) && entry.isHeld())
                .map(Entry::allocation)
                .reduce(Resources.NONE, Resources::plus);
        Resources left = host.capacity().orElse(snapshot.facts().size()).minus(foreign);
        return Resources.of(Math.max(1, left.cpuMillis()), Math.max(1, left.memoryMiB()));
    }

    /**
     * What is left of a host for that machine: its pool less what its other machines hold. A machine that is off holds
     * nothing, whoever may be keeping its room for it: whether it may have it again is judged when it is started. Nothing
     * for a host that never answered.
     */
    Resources room(LibvirtHost host, VmId vm) {
        HostSnapshot snapshot = hosts.get(host.id());
        if (snapshot == null) {
            return Resources.NONE;
        }
        Resources held = machinesOn(host.id()).stream()
                .filter(machine -> !machine.vm().equals(vm) && !machine.isOff())
                .map(machine -> machine.entry().allocation())
                .reduce(Resources.NONE, Resources::plus);
        return pool(host, snapshot).minus(held);
    }

    /** Returns the directory with what is known of a machine's domain changed. */
    Directory with(Location machine, UnaryOperator<Entry> change) {
        HostSnapshot snapshot = hosts.get(machine.host());
        return snapshot == null ? this : with(ImmutableMap.of(machine.host(), snapshot.with(machine.uuid(), change)));
    }

    /** Returns the directory with a machine's domain on another host, and no longer where it was. */
    Directory moved(Location machine, HostId target) {
        HostSnapshot from = hosts.get(machine.host());
        HostSnapshot to = hosts.get(target);
        return from == null || to == null
                ? this
                : with(ImmutableMap.of(
                        machine.host(),
                        from.without(machine.uuid()),
                        target,
                        to.without(machine.uuid()).plus(machine.entry().withState(DomainStats.RUNNING))));
    }

    /** The hosts that a template is defined on, in order of their names. */
    ImmutableSortedMap<HostId, Entry> templates(TemplateId id) {
        ImmutableSortedMap.Builder<HostId, Entry> found = ImmutableSortedMap.naturalOrder();
        hosts.forEach((host, snapshot) -> snapshot.domains().stream()
                .filter(entry -> entry.description().profile() instanceof DomainProfile.Template template
                        && template.id().equals(id))
                .findFirst()
                .ifPresent(entry -> found.put(host, entry)));
        return found.build();
    }

    /** The hosts on which something may be any machine. */
    Set<HostId> mayHideAMachine() {
        return hosts.entrySet().stream()
                .filter(host -> host.getValue().mayHideAMachine())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** What a host last answered. */
    Optional<HostSnapshot> host(HostId host) {
        return Optional.ofNullable(hosts.get(host));
    }
}
