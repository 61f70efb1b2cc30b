package io.vmha.libvirt;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import io.vmha.libvirt.HostSnapshot.Entry;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Which domain on which host is which machine, as last read. Immutable.
 *
 * <p>Two hosts may both have a definition of one machine, such as after a host came back whose machines were started
 * elsewhere: the one that is not off is the machine; among equals the first host's by name.
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
            return (VmProfile) entry.description().profile();
        }

        boolean isOff() {
            return entry.stats().power() == PowerState.OFF;
        }
    }

    private Directory(ImmutableMap<HostId, HostSnapshot> hosts) {
        this.hosts = hosts;
        ImmutableListMultimap.Builder<VmId, Location> index = ImmutableListMultimap.builder();
        index.orderValuesBy(Comparator.comparing(Location::isOff).thenComparing(Location::host));
        hosts.forEach((host, snapshot) -> snapshot.domains().forEach(entry -> {
            if (entry.description().profile() instanceof VmProfile profile) {
                VmId vm =
                        profile.id().orElseGet(() -> VmId.of(entry.description().name()));
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

    /** Where a machine is. */
    Optional<Location> find(VmId vm) {
        return machines.get(vm).stream().findFirst();
    }

    /** All definitions of a machine, the one that it is first. */
    List<Location> findAll(VmId vm) {
        return machines.get(vm);
    }

    /** What a host last answered. */
    Optional<HostSnapshot> host(HostId host) {
        return Optional.ofNullable(hosts.get(host));
    }
}
