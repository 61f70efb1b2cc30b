package io.vmha.center.internal.state;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.VmState;
import io.vmha.model.ClusterRole;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a center knows and wants. Three things are kept apart, each fact once:
 *
 * <ul>
 *   <li>observed: where VMs are registered and on which hosts each may be running ({@link Places}), power, allocation, load, lag, where
 *       requests really go ({@link Routes}), which database member writes ({@link Databases}, {@link VmDatabases});
 *   <li>desired: what operators want, and the open faults ({@link Health});
 *   <li>pending: what open plans are still to do. It is not kept here but asked of the plans, {@link PendingEffects.Source}.
 * </ul>
 *
 * <p>The inventory that policies see is computed from the three, for the VMs and hosts that something happened to: when a step
 * ends, fails or is skipped, its pending effect is simply gone, and nothing has to be undone. Whatever changes a record marks it;
 * the next look at {@link #inventory} computes what was marked, and {@link #drainEntries} tells the journal.
 *
 * <p>The records of VMs and hosts are kept here; each part changes what it owns of them. Confined to the center's loop, except {@link
 * #published} and {@link Places#isConfirmedOff}, which any thread may ask.
 */
public final class CenterState {
    private final Map<VmId, VmRecord> vms = new HashMap<>();
    private final Map<HostId, HostRecord> hosts = new HashMap<>();
    private final Unwritten unwritten = new Unwritten();
    private final InventoryProjection projection;
    private final Places places;
    private final Routes routes;
    private final Health health;
    private final Declarations declarations;
    private final Databases databases;
    private final VmDatabases vmDatabases;
    private final Leftovers leftovers;
    private final AwayVms away;
    private long token;
    private long lastReading;

    /**
     * Takes what there is at the start as the latest observation, and adds what the journal holds: of what is desired everything,
     * of what was observed what is not contradicted by it. The calls of an earlier center may be under way, so that nothing is
     * taken to be off by this.
     */
    public CenterState(Inventory start, JournalState journal) {
        this(start, journal, List.of(), Set.of());
    }

    /**
     * Takes besides what replica sets there are.
     *
     * @param declared the sets, of which nothing was read yet
     * @param read those of them that are going to be read
     */
    public CenterState(Inventory start, JournalState journal, Collection<ReplicaSet> declared, Set<ReplicaSetId> read) {
        projection = new InventoryProjection(start, vms, hosts);
        databases = new Databases(declared, read, journal.replicaSets(), unwritten, projection::databases);
        vmDatabases = new VmDatabases(this, databases);
        places = new Places(this);
        routes = new Routes(this);
        health = new Health(this, unwritten);
        declarations = new Declarations(this);
        leftovers = new Leftovers(this, unwritten);
        away = new AwayVms(this, unwritten);
        new Restoration(this, unwritten).restore(start, journal);
        projection.drainChanges();
    }

    /** Sets who tells what is pending. */
    public void pendingFrom(PendingEffects.Source source) {
        projection.pendingFrom(source);
    }

    /** On which hosts VMs may be running. */
    public Places places() {
        return places;
    }

    /** Who serves whose requests. */
    public Routes routes() {
        return routes;
    }

    /** What the health of VMs and hosts comes from. */
    public Health health() {
        return health;
    }

    /** Which VMs and hosts there are. */
    public Declarations declarations() {
        return declarations;
    }

    /** The replica sets, as they were last seen. */
    public Databases databases() {
        return databases;
    }

    /** Which VM uses which database. */
    public VmDatabases vmDatabases() {
        return vmDatabases;
    }

    /** What was left behind on the platform. */
    public Leftovers leftovers() {
        return leftovers;
    }

    /** The VMs that were moved off their hosts for maintenance. */
    public AwayVms away() {
        return away;
    }

    // What there is.

    /** The inventory as policies see it, with everything that was changed counted in. */
    public Inventory inventory() {
        return projection.current().inventory();
    }

    /** The same, and which VMs it shows as plans are about to make them. */
    public Projected projected() {
        return projection.current();
    }

    /**
     * How policies see one VM, but for its load and who serves it: for guards, which ask so often that the inventory is not to be computed
     * for each of them.
     */
    public Optional<VirtualMachine> asSeen(VmId id) {
        return projection.withoutLoad(id);
    }

    /** The same as it was last computed. Safe from any thread. */
    public Projected published() {
        return projection.published();
    }

    /** What is known of a VM. */
    public Optional<VmRecord> vm(VmId id) {
        return Optional.ofNullable(vms.get(id));
    }

    /**
     * What is known of a VM.
     *
     * @throws IllegalArgumentException if there is no such VM
     */
    public VmRecord requireVm(VmId id) {
        VmRecord record = vms.get(id);
        checkArgument(record != null && !record.is(VmState.Flag.DELETED), "no such VM: %s", id);
        return record;
    }

    /** What is known of a host. */
    public Optional<HostRecord> host(HostId id) {
        return Optional.ofNullable(hosts.get(id));
    }

    /**
     * What is known of a host.
     *
     * @throws IllegalArgumentException if there is no such host
     */
    public HostRecord requireHost(HostId id) {
        HostRecord record = hosts.get(id);
        checkArgument(record != null, "no such host: %s", id);
        return record;
    }

    /** All VMs. */
    public Collection<VmRecord> vms() {
        return Collections.unmodifiableCollection(vms.values());
    }

    /** The VMs of which there is anything to remember; most are as they should be. */
    public List<VmRecord> remarkableVms() {
        return unwritten.noted().stream()
                .flatMap(id -> vm(id).stream())
                .filter(vm -> !vm.isDefault())
                .toList();
    }

    /** All hosts. */
    public Collection<HostRecord> hosts() {
        return Collections.unmodifiableCollection(hosts.values());
    }

    /** What is known of the VMs at a host, as {@link #vmsAt} has them. */
    public List<VmRecord> recordsAt(HostId host) {
        return vmsAt(host).stream().flatMap(id -> vm(id).stream()).toList();
    }

    /** The VMs that are registered, may be running or are to be placed on a host. */
    public Set<VmId> vmsAt(HostId host) {
        return projection.vmsAt(host);
    }

    /** The VMs that may be running on a host. */
    public List<VmRecord> running(HostId host) {
        List<VmRecord> found = new ArrayList<>();
        for (VmId id : vmsAt(host)) {
            VmRecord record = vms.get(id);
            if (record != null && record.mayRunOn.contains(host)) {
                found.add(record);
            }
        }
        return found;
    }

    /** Whether a host is known, and up as far as its VMs are concerned. */
    public boolean runsVms(HostId id) {
        return host(id).filter(host -> host.health().runsVms()).isPresent();
    }

    // Readings.

    /** Returns a token for a reading that begins now: higher than those of all that was done before. */
    public long beginReading() {
        return ++token;
    }

    /** Whether no reading that began later was applied before; it counts as applied from now on. */
    boolean isNewestReading(long reading) {
        boolean isNewest = reading > lastReading;
        lastReading = Math.max(lastReading, reading);
        return isNewest;
    }

    /** A reading was applied: what was compared before that is compared anew. */
    void readingApplied() {
        projection.readingApplied();
    }

    // The records.

    /** Adds a VM that is not known yet. */
    void add(VirtualMachine vm) {
        VmRecord record = new VmRecord(vm.withHealth(VmHealth.HEALTHY).withServedBy(Optional.empty()));
        vms.put(vm.id(), record);
        places.noteOff(record);
        vm.servedBy().ifPresent(server -> routes.route(record, server));
        if (!record.isDefault() || vm.health() != VmHealth.HEALTHY) {
            touch(vm.id());
        }
    }

    /** Adds a host that is not known yet. */
    void add(Host host) {
        hosts.put(host.id(), new HostRecord(HostRecord.observed(host)));
    }

    /** Forgets a VM that was deleted and is off. */
    void forget(VmId id) {
        VmRecord record = vms.remove(id);
        places.forget(id);
        if (record != null) {
            routes.forget(id);
        }
        touch(id);
    }

    /** Forgets a host that was deleted. */
    void forget(HostId id) {
        hosts.remove(id);
        touch(id);
    }

    /** What is wanted of a VM. */
    public void desired(VmId id, DesiredState state) {
        VmRecord record = requireVm(id);
        record.desired = state;
        record.isSuspect = false;
        if (state != DesiredState.OFF) {
            record.flags.remove(VmState.Flag.REQUESTS_TO_MOVE);
        }
        touch(id);
    }

    /** Whether a host takes anything new. */
    public void maintenance(HostId id, boolean on) {
        HostRecord record = requireHost(id);
        record.seen = record.seen.withInMaintenance(on);
        touch(id);
        if (!on) {
            projection.wake(record.seen.role());
        }
    }

    /** Sets or clears a flag. */
    public void flag(VmId id, VmState.Flag flag, boolean on) {
        vm(id).ifPresent(record -> {
            boolean isChanged = on ? record.flags.add(flag) : record.flags.remove(flag);
            if (isChanged) {
                places.place(record, record.mayRunOn);
            }
        });
    }

    /** How loaded a VM was measured to be, with all that it serves. */
    public void loaded(VmId id, double load) {
        VmRecord record = requireVm(id);
        record.sampledLoad = OptionalDouble.of(load);
        inventory();
        if (projection.servesItself(id)) {
            double own = Math.max(0, load - projection.loadOfOthers(record));
            record.seen = record.seen.withLoad(own);
        }
        touch(id);
    }

    // The inventory.

    /** Something about a VM changed that the inventory or the journal shows. */
    public void touch(VmId id) {
        projection.mark(id);
        unwritten.changed(id);
    }

    /** Something about a host changed that the inventory or the journal shows. */
    void touch(HostId id) {
        projection.mark(id);
        unwritten.changed(id);
    }

    /** Something about a host changed that the inventory alone shows. */
    void mark(HostId id) {
        projection.mark(id);
    }

    /** What is pending of a VM changed. */
    public void pendingChanged(VmId id) {
        projection.mark(id);
    }

    /** Something changed that may let VMs of that type take requests. */
    public void wake(VmType type) {
        projection.wake(type);
    }

    /** Something changed that may let hosts of that cluster take VMs. */
    public void wake(ClusterRole role) {
        projection.wake(role);
    }

    /** Takes out what changed since the last time. */
    public Changes drainChanges() {
        return projection.drainChanges();
    }

    /** Takes out what the journal should know. */
    public List<JournalEntry> drainEntries() {
        return unwritten.drain(vms, hosts);
    }
}
