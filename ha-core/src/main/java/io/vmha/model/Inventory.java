package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.FluentIterable;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Iterables;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vavr.collection.HashMap;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * All hosts and virtual machines at one moment: the snapshot that decisions are made from.
 *
 * <p>Immutable and safe to share between threads. A change returns a new snapshot that shares what did not change, in
 * O(log n) for one machine and O(m log n) for a host with m machines; no map is copied. A machine is always on a host
 * that is in the same inventory; what would break that is refused and changes nothing.
 */
public final class Inventory {
    private static final Inventory EMPTY = new Inventory(
            HashMap.empty(), HashMap.empty(), HashMap.empty(), ServingIndex.EMPTY, RoomIndex.EMPTY, ReplicaSets.NONE);

    private final HashMap<HostId, HostEntry> hosts;
    private final HashMap<VmId, VirtualMachine> vms;
    private final HashMap<VmId, VmIdSet> ownersByServer;
    private final ServingIndex serving;
    private final RoomIndex rooms;
    private final ReplicaSets replicaSets;

    Inventory(
            HashMap<HostId, HostEntry> hosts,
            HashMap<VmId, VirtualMachine> vms,
            HashMap<VmId, VmIdSet> ownersByServer,
            ServingIndex serving,
            RoomIndex rooms,
            ReplicaSets replicaSets) {
        this.hosts = hosts;
        this.vms = vms;
        this.ownersByServer = ownersByServer;
        this.serving = serving;
        this.rooms = rooms;
        this.replicaSets = replicaSets;
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
        return new ValuesView<>(hosts, HostEntry::host);
    }

    /** All virtual machines, in no particular order that could be relied on. */
    public Collection<VirtualMachine> vms() {
        return new ValuesView<>(vms, vm -> vm);
    }

    /** The host of that name, if there is one. */
    public Optional<Host> host(HostId id) {
        return Optional.ofNullable(hosts.getOrElse(id, null)).map(HostEntry::host);
    }

    /** The machine of that name, if there is one. */
    public Optional<VirtualMachine> vm(VmId id) {
        return Optional.ofNullable(vms.getOrElse(id, null));
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
        VirtualMachine vm = vms.getOrElse(id, null);
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
        ImmutableList.Builder<VirtualMachine> list = ImmutableList.builder();
        for (VmId id : entry(host).vms()) {
            list.add(requireVm(id));
        }
        return list.build();
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
        VmIdSet owners = ownersByServer.getOrElse(server, null);
        return owners == null ? ImmutableSortedSet.of() : ImmutableSortedSet.copyOf(owners);
    }

    /**
     * The machines of a type that could take requests in a cluster: healthy, powered on, on an available host. They come
     * in one group for each size of allocation, the smallest size first, and each group has the least loaded first, then by
     * id. The groups are immutable.
     */
    public Iterable<? extends Iterable<Candidate>> servingBySize(VmType type, ClusterRole role) {
        return serving.groups(type, role);
    }

    /** Whether a cluster has any machine, of any type, that could take requests. */
    public boolean hasServing(ClusterRole role) {
        return !serving.isEmpty(role);
    }

    /**
     * The hosts of a cluster that machines may be placed on: up, and not in maintenance. They come in one group for each
     * capacity, in no particular order, and each group has the least full first, then by id. The groups are immutable.
     */
    public Iterable<? extends Iterable<HostAllocation>> placeableByCapacity(ClusterRole role) {
        return Iterables.transform(
                rooms.groups(role),
                group -> FluentIterable.from(group)
                        .transform(this::entry)
                        .filter(entry -> entry.host().takesMachines())
                        .transform(entry -> new HostAllocation(entry.host(), entry.allocated())));
    }

    /** The databases that its VMs use, as they were last seen; none where nobody says. */
    public ReplicaSets replicaSets() {
        return replicaSets;
    }

    /**
     * The database member whose writer a VM needs: the one that it names, or, for a DATABASE VM that names none, its cluster's;
     * empty where that is in no replica set.
     */
    public Optional<MemberId> memberOf(VirtualMachine vm) {
        return replicaSets.memberOf(vm, () -> hostOf(vm).role());
    }

    /** Whether the database that a VM uses is the one that requests of its set go to: see {@link ReplicaSet#presumedWriter}. */
    public boolean isAtWriter(VirtualMachine vm) {
        Optional<MemberId> member = memberOf(vm);
        return member.isPresent() && replicaSets.isPresumedWriter(member.get());
    }

    /**
     * Whether the database that a VM uses has, or may have, a history of its own, which nobody accepted: before it may be promoted it
     * has to rejoin its set.
     */
    public boolean hasToRejoin(VirtualMachine vm) {
        return vm.replicationLagUnknown()
                && memberOf(vm)
                        .flatMap(member -> replicaSets.setOf(member).map(set -> set.requireMember(member)))
                        .filter(member -> member.standing() == MemberStanding.DIVERGED)
                        .isPresent();
    }

    /** Returns the inventory with those replica sets, in place of the ones that it has. */
    public Inventory with(ReplicaSets sets) {
        return new Inventory(hosts, vms, ownersByServer, serving, rooms, sets);
    }

    /** Returns the inventory with a host added, or changed where its name is known; its machines stay. */
    public Inventory with(Host host) {
        InventoryEditor editor = edit();
        editor.put(host);
        return editor.build();
    }

    /**
     * Returns the inventory with a machine added, or changed where its name is known; that moves it if its host changed.
     *
     * @throws IllegalArgumentException if its host is not in the inventory
     */
    public Inventory with(VirtualMachine vm) {
        InventoryEditor editor = edit();
        editor.put(vm);
        return editor.build();
    }

    /**
     * Returns the inventory with machines added, or changed where their names are known; faster than one after the other.
     *
     * @throws IllegalArgumentException if the host of one is not in the inventory
     */
    public Inventory withAll(Iterable<? extends VirtualMachine> changed) {
        InventoryEditor editor = edit();
        changed.forEach(editor::put);
        return editor.build();
    }

    /**
     * Returns the inventory with a host and machines changed together; faster than one after the other.
     *
     * @throws IllegalArgumentException if the host of a machine is not in the inventory
     */
    public Inventory withAll(Host host, Iterable<? extends VirtualMachine> changed) {
        InventoryEditor editor = edit();
        editor.put(host, changed);
        return editor.build();
    }

    /** Returns the inventory without that machine; the same where there is none of that name. */
    public Inventory without(VmId id) {
        if (!vms.containsKey(id)) {
            return this;
        }
        InventoryEditor editor = edit();
        editor.remove(id);
        return editor.build();
    }

    /**
     * Returns the inventory without that host; the same where there is none of that name.
     *
     * @throws IllegalArgumentException if VMs are on it
     */
    public Inventory without(HostId id) {
        HostEntry entry = hosts.getOrElse(id, null);
        if (entry == null) {
            return this;
        }
        checkArgument(entry.vms().isEmpty(), "host %s cannot be removed while VMs are on it: %s", id, entry.vms());
        return new Inventory(hosts.remove(id), vms, ownersByServer, serving, rooms.without(entry), replicaSets);
    }

    private InventoryEditor edit() {
        return new InventoryEditor(hosts, vms, ownersByServer, serving, rooms, replicaSets);
    }

    private HostEntry entry(HostId id) {
        HostEntry entry = hosts.getOrElse(id, null);
        checkArgument(entry != null, "no such host: %s", id);
        return entry;
    }

    /** Compares hosts and VMs. What was seen of their databases, which changes all the time, makes no other inventory. */
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
            InventoryEditor editor = EMPTY.edit();
            hosts.values().forEach(editor::put);
            for (VirtualMachine vm : vms.values()) {
                vm.servedBy()
                        .ifPresent(server -> checkArgument(
                                vms.containsKey(server),
                                "VM %s is served by %s, which does not exist",
                                vm.id(),
                                server));
                editor.put(vm);
            }
            return editor.build();
        }
    }
}
