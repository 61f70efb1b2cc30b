package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Collections2;
import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePSet;

/**
 * All hosts and virtual machines at one moment: the snapshot that decisions are made from.
 *
 * <p>Immutable and safe to share between threads. A change returns a new snapshot that shares what did not change, in
 * O(log n) for one machine and O(m log n) for a host with m machines; no map is copied. A machine is always on a host
 * that is in the same inventory; what would break that is refused and changes nothing.
 */
public final class Inventory {
    private static final Inventory EMPTY =
            new Inventory(HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty(), ServingIndex.EMPTY);

    private final HashPMap<HostId, HostEntry> hosts;
    private final HashPMap<VmId, VirtualMachine> vms;
    private final HashPMap<VmId, TreePSet<VmId>> ownersByServer;
    private final ServingIndex serving;

    private Inventory(
            HashPMap<HostId, HostEntry> hosts,
            HashPMap<VmId, VirtualMachine> vms,
            HashPMap<VmId, TreePSet<VmId>> ownersByServer,
            ServingIndex serving) {
        this.hosts = hosts;
        this.vms = vms;
        this.ownersByServer = ownersByServer;
        this.serving = serving;
    }

    /** Returns the inventory of nothing. */
    public static Inventory empty() {
        return EMPTY;
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /** All hosts, in no particular order that could be relied on. */
    public Collection<Host> hosts() {
        return Collections2.transform(hosts.values(), HostEntry::host);
    }

    /** All virtual machines, in no particular order that could be relied on. */
    public Collection<VirtualMachine> vms() {
        return vms.values();
    }

    /** The host of that name, if there is one. */
    public Optional<Host> host(HostId id) {
        return Optional.ofNullable(hosts.get(id)).map(HostEntry::host);
    }

    /** The machine of that name, if there is one. */
    public Optional<VirtualMachine> vm(VmId id) {
        return Optional.ofNullable(vms.get(id));
    }

    /**
     * The host of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Host requireHost(HostId id) {
        return entry(id).host();
    }

    /**
     * The machine of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public VirtualMachine requireVm(VmId id) {
        VirtualMachine vm = vms.get(id);
        checkArgument(vm != null, "no such VM: %s", id);
        return vm;
    }

    /** The host that the machine is on; the machine must be of this inventory. */
    public Host hostOf(VirtualMachine vm) {
        return requireHost(vm.host());
    }

    /**
     * The machines on a host, by id, whatever their state.
     *
     * @throws IllegalArgumentException if there is no such host
     */
    public List<VirtualMachine> vmsOn(HostId host) {
        return entry(host).vms().stream().map(this::requireVm).collect(ImmutableList.toImmutableList());
    }

    /**
     * The sum of what a host's machines are allocated, whatever their state; it may exceed the host's capacity, as
     * hypervisors allow it.
     *
     * @throws IllegalArgumentException if there is no such host
     */
    public Resources allocatedOn(HostId host) {
        return entry(host).allocated();
    }

    /**
     * A host's shared pool: its capacity less what its machines are allocated, never below 0 (rule 2 of the reference
     * design).
     *
     * @throws IllegalArgumentException if there is no such host
     */
    public Resources freeOn(HostId host) {
        HostEntry entry = entry(host);
        return entry.host().capacity().minus(entry.allocated());
    }

    /** The machines whose requests this machine serves besides its own, by id. */
    public SortedSet<VmId> servedFor(VmId server) {
        return ownersByServer.getOrDefault(server, TreePSet.empty());
    }

    /**
     * The machines of a type that could take requests in a cluster: healthy, powered on, on an available host. They come
     * in one set for each size of allocation, the smallest size first, and each set has the least loaded first, then by
     * id. The sets are immutable.
     */
    public Collection<? extends SortedSet<VirtualMachine>> servingBySize(VmType type, ClusterRole role) {
        return serving.groups(type, role);
    }

    /** Whether a cluster has any machine, of any type, that could take requests. */
    public boolean hasServing(ClusterRole role) {
        return !serving.isEmpty(role);
    }

    /** Returns the inventory with a host added, or changed where its name is known; its machines stay. */
    public Inventory with(Host host) {
        HostEntry before = hosts.get(host.id());
        if (before == null) {
            return new Inventory(hosts.plus(host.id(), HostEntry.empty(host)), vms, ownersByServer, serving);
        }
        return new Inventory(
                hosts.plus(host.id(), before.with(host)), vms, ownersByServer, reindex(before, before.with(host)));
    }

    /**
     * Returns the inventory with a machine added, or changed where its name is known; that moves it if its host changed.
     *
     * @throws IllegalArgumentException if its host is not in the inventory
     */
    public Inventory with(VirtualMachine vm) {
        HostEntry target = hosts.get(vm.host());
        checkArgument(target != null, "VM %s is on host %s, which does not exist", vm.id(), vm.host());
        VirtualMachine before = vms.get(vm.id());
        return new Inventory(
                hostsWith(before, vm, target),
                vms.plus(vm.id(), vm),
                ownersWith(before, vm),
                indexWith(before, vm, target.host()));
    }

    /** Returns the inventory without that machine; the same where there is none of that name. */
    public Inventory without(VmId id) {
        VirtualMachine vm = vms.get(id);
        if (vm == null) {
            return this;
        }
        HostEntry entry = entry(vm.host());
        return new Inventory(
                hosts.plus(vm.host(), entry.without(vm)),
                vms.minus(id),
                ownersWithout(vm),
                isIndexed(vm, entry.host()) ? serving.minus(vm, entry.host().role()) : serving);
    }

    private HostEntry entry(HostId id) {
        HostEntry entry = hosts.get(id);
        checkArgument(entry != null, "no such host: %s", id);
        return entry;
    }

    private HashPMap<HostId, HostEntry> hostsWith(
            @Nullable VirtualMachine before, VirtualMachine after, HostEntry target) {
        if (before == null) {
            return hosts.plus(after.host(), target.with(after));
        }
        if (before.host().equals(after.host())) {
            return before.allocation().equals(after.allocation())
                    ? hosts
                    : hosts.plus(after.host(), target.without(before).with(after));
        }
        return hosts.plus(before.host(), entry(before.host()).without(before)).plus(after.host(), target.with(after));
    }

    private HashPMap<VmId, TreePSet<VmId>> ownersWith(@Nullable VirtualMachine before, VirtualMachine after) {
        if (before != null && before.servedBy().equals(after.servedBy())) {
            return ownersByServer;
        }
        var owners = before == null ? ownersByServer : ownersWithout(before);
        return after.servedBy()
                .map(server -> owners.plus(
                        server, owners.getOrDefault(server, TreePSet.empty()).plus(after.id())))
                .orElse(owners);
    }

    private HashPMap<VmId, TreePSet<VmId>> ownersWithout(VirtualMachine vm) {
        if (vm.servedBy().isEmpty()) {
            return ownersByServer;
        }
        VmId server = vm.servedBy().get();
        var left = ownersByServer.getOrDefault(server, TreePSet.empty()).minus(vm.id());
        return left.isEmpty() ? ownersByServer.minus(server) : ownersByServer.plus(server, left);
    }

    private ServingIndex indexWith(@Nullable VirtualMachine before, VirtualMachine after, Host target) {
        ServingIndex index = serving;
        if (before != null) {
            Host source = hostOf(before);
            if (isIndexed(before, source)) {
                index = index.minus(before, source.role());
            }
        }
        return isIndexed(after, target) ? index.plus(after, target.role()) : index;
    }

    private ServingIndex reindex(HostEntry before, HostEntry after) {
        boolean same = before.host().isAvailable() == after.host().isAvailable()
                && before.host().role() == after.host().role();
        if (same) {
            return serving;
        }
        ServingIndex index = serving;
        for (VmId id : after.vms()) {
            VirtualMachine vm = requireVm(id);
            if (isIndexed(vm, before.host())) {
                index = index.minus(vm, before.host().role());
            }
            if (isIndexed(vm, after.host())) {
                index = index.plus(vm, after.host().role());
            }
        }
        return index;
    }

    private static boolean isIndexed(VirtualMachine vm, Host host) {
        return vm.isServing() && host.isAvailable();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Inventory that && hosts.equals(that.hosts) && vms.equals(that.vms);
    }

    @Override
    public int hashCode() {
        return 31 * hosts.hashCode() + vms.hashCode();
    }

    @Override
    public String toString() {
        return "Inventory of " + hosts.size() + " hosts and " + vms.size() + " VMs";
    }

    /** Collects hosts and machines in any order and checks them against one another at the end. Not thread-safe. */
    public static final class Builder {
        private final Map<HostId, Host> hosts = new LinkedHashMap<>();
        private final Map<VmId, VirtualMachine> vms = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Adds a host.
         *
         * @throws IllegalArgumentException if a host of that name was added already
         */
        @CanIgnoreReturnValue
        public Builder add(Host host) {
            checkArgument(hosts.putIfAbsent(host.id(), host) == null, "two hosts with the id %s", host.id());
            return this;
        }

        /**
         * Adds a virtual machine; its host may be added later.
         *
         * @throws IllegalArgumentException if a machine of that name was added already
         */
        @CanIgnoreReturnValue
        public Builder add(VirtualMachine vm) {
            checkArgument(vms.putIfAbsent(vm.id(), vm) == null, "two VMs with the id %s", vm.id());
            return this;
        }

        /**
         * Returns the inventory.
         *
         * @throws IllegalArgumentException if a machine is on a host that was not added, or is served by a machine that
         *     was not added
         */
        public Inventory build() {
            Inventory inventory = EMPTY;
            for (Host host : hosts.values()) {
                inventory = inventory.with(host);
            }
            for (VirtualMachine vm : vms.values()) {
                vm.servedBy()
                        .ifPresent(server -> checkArgument(
                                vms.containsKey(server),
                                "VM %s is served by %s, which does not exist",
                                vm.id(),
                                server));
                inventory = inventory.with(vm);
            }
            return inventory;
        }
    }
}
