package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.libvirt.CloneXml.Disk;
import io.vmha.libvirt.Directory.Location;
import io.vmha.libvirt.HostSnapshot.Entry;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What clones left behind: originals that were set aside, and other definitions of a machine that runs, where one of the two is a
 * clone and they share no disk that they write to. Stateless but for the cluster that it works on; thread-safe.
 *
 * <p>A definition of a machine that is off while none of it runs may be the machine itself, and one that shares its disks was left by
 * a start on another host: neither is told nor deleted.
 */
final class Leftovers {
    private final Cluster cluster;

    Leftovers(Cluster cluster) {
        this.cluster = cluster;
    }

    /** What is left of a machine on a host, by the domains' names. */
    List<String> of(VmId vm, HostId host, Deadline deadline) {
        return find(vm, host, deadline).stream()
                .map(entry -> entry.description().name())
                .sorted()
                .toList();
    }

    void delete(VmId vm, HostId host, Deadline deadline) {
        List<Entry> left = find(vm, host, deadline);
        if (left.isEmpty()) {
            return;
        }
        Set<UUID> deleted = left.stream().map(entry -> entry.stats().uuid()).collect(Collectors.toSet());
        Set<String> used = usedByOthers(deleted);
        boolean unused = cluster.host(host).link().change("delete leftovers of " + vm, deadline, connection -> {
            left.forEach(entry -> requireOff(connection, entry));
            left.forEach(entry -> delete(connection, entry, used));
            return true;
        });
        cluster.refresh(deadline, host);
    }

    /** Reads all hosts, since a disk may be in use on another one. */
    private List<Entry> find(VmId vm, HostId host, Deadline deadline) {
        ManagedHost target = cluster.host(host);
        var unused = cluster.discover(deadline.minus(deadline.remaining().dividedBy(2)));
        cluster.read(target, deadline);
        Directory directory = cluster.directory();
        for (ManagedHost other : cluster.hosts()) {
            if (directory.host(other.settings().id()).isEmpty()) {
                throw new AdapterException.Transient(
                        Cause.UNREACHABLE,
                        "host " + other.settings().id() + " never answered, so that it is not known what it uses");
            }
        }
        Set<UUID> others = otherDefinitions(directory.findAll(vm), host);
        return directory.host(host).orElseThrow().domains().stream()
                .filter(entry -> others.contains(entry.stats().uuid())
                        || (entry.description().profile() instanceof DomainProfile.SetAside aside
                                && aside.vm().equals(vm)))
                .collect(ImmutableList.toImmutableList());
    }

    private static Set<UUID> otherDefinitions(List<Location> definitions, HostId host) {
        if (definitions.isEmpty() || definitions.get(0).isOff()) {
            return Set.of();
        }
        Location machine = definitions.get(0);
        Set<String> own = paths(machine.entry());
        return definitions.stream()
                .skip(1)
                .filter(other -> other.host().equals(host) && other.isOff())
                .filter(other -> other.madeByPlan() != machine.madeByPlan())
                .filter(other -> Sets.intersection(paths(other.entry()), own).isEmpty())
                .map(Location::uuid)
                .collect(Collectors.toSet());
    }

    private static Set<String> paths(Entry entry) {
        return CloneXml.files(entry.description().xml());
    }

    private Set<String> usedByOthers(Set<UUID> deleted) {
        Set<String> used = new HashSet<>();
        for (ManagedHost host : cluster.hosts()) {
            cluster.directory().host(host.settings().id()).stream()
                    .flatMap(snapshot -> snapshot.domains().stream())
                    .filter(entry -> !deleted.contains(entry.stats().uuid()))
                    .forEach(entry -> used.addAll(paths(entry)));
        }
        return used;
    }

    private static void requireOff(NativeConnection connection, Entry entry) {
        PowerState power = DomainStats.power(connection.state(entry.stats().uuid()));
        if (power != PowerState.OFF) {
            throw new AdapterException.Permanent(
                    Cause.IN_USE,
                    entry.description().name() + ", which was left behind, is " + power + ": nothing is deleted");
        }
    }

    /** The disks first: while the definition is there, what is left of them can be found and deleted again. */
    private static void delete(NativeConnection connection, Entry entry, Set<String> used) {
        String xml = entry.description().xml();
        LeftoverDisks disks = new LeftoverDisks(connection, used);
        for (Disk disk : CloneXml.writableFiles(xml)) {
            disks.delete(disk.path(), disk.isDevice());
        }
        Optional<CloneXml.Nvram> nvram = CloneXml.nvram(xml);
        nvram.ifPresent(file -> disks.delete(file.path(), false));
        connection.forget(entry.stats().uuid());
    }
}
