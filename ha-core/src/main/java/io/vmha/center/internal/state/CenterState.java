package io.vmha.center.internal.state;

import java.util.ArrayList;
import io.vmha.model.ClusterRole;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentHashMap;
import io.vmha.model.DesiredState;
import java.time.Duration;
import java.util.EnumSet;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import java.util.HashMap;
import java.util.HashSet;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.center.journal.HostState;
import io.vmha.model.ImmutableHost;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.model.ImmutableVirtualMachine;
import java.time.Instant;
import io.vmha.model.Inventory;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.Leftover;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import java.util.Objects;
import io.vmha.center.journal.OpenFault;
import java.util.Optional;
import io.vmha.model.PowerState;
import java.util.function.Predicate;
import io.vmha.model.Resources;
import java.util.Set;
import com.google.common.collect.Sets;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.center.journal.VmState;
import io.vmha.model.VmType;
import io.vmha.center.journal.WriterState;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What a center knows and wants. Three things are kept apart, each fact once:
 *
 * <ul>
 *   <li>observed: where VMs are registered and on which hosts each may be running, power, allocation, load, lag, where requests
 *       really go, which database member writes;
 *   <li>desired: what operators want, and the open faults;
 *   <li>pending: what open plans are still to do. It is not kept here but asked of the plans, {@link PendingEffects.Source}.
 * </ul>
 *
 * <p>The inventory that policies see is computed from the three, for the VMs and hosts that something happened to: when a step
 * ends, fails or is skipped, its pending effect is simply gone, and nothing has to be undone. Whatever changes a record marks it;
 * the next look at {@link #inventory} computes what was marked, and {@link #drainEntries} tells the journal.
 *
 * <p>A VM is confirmed off only where it may be running on no host. A start adds its host before the call, a migration has both, a
 * host that is confirmed off takes itself out of every set, and a reading of one host adds or removes that host only ({@link
 * Sightings}).
 *
 * <p>Confined to the center's loop, except {@link #published} and {@link #isConfirmedOff}, which any thread may ask.
 */
public final class CenterState {
    private final Map<VmId, VmRecord> vms = new HashMap<>();
    private final Map<HostId, HostRecord> hosts = new HashMap<>();
    private final Map<VmType, Set<String>> writers = new HashMap<>();
    private final Map<VmId, Leftover> leftovers = new LinkedHashMap<>();
    private final Map<VmId, Set<VmId>> ownersByServer = new HashMap<>();
    private final Map<VmId, VmId> projectedServers = new HashMap<>();
    private final Map<VmId, Set<VmId>> projectedOwners = new HashMap<>();
    /** The VMs that are registered or may be running on a host while the inventory shows them on another. */
    private final Map<HostId, Set<VmId>> alsoOn = new HashMap<>();
    private final Map<VmId, Set<HostId>> alsoAt = new HashMap<>();
    /** The VMs whose place is to be found out: on several hosts, or lost with their host. */
    private final Set<VmId> uncertain = new LinkedHashSet<>();
    private final Set<VmId> confirmedOff = ConcurrentHashMap.newKeySet();
    private final Set<VmId> dirtyVms = new LinkedHashSet<>();
    private final Set<HostId> dirtyHosts = new LinkedHashSet<>();
    private final Set<VmId> unwrittenVms = new LinkedHashSet<>();
    private final Set<HostId> unwrittenHosts = new LinkedHashSet<>();
    private final Set<VmId> writtenVms = new HashSet<>();
    private final Set<HostId> writtenHosts = new HashSet<>();
    private final List<JournalEntry> entries = new ArrayList<>();
    private final Set<VmType> nowServing = new HashSet<>();
    private final Set<ClusterRole> nowRoomy = EnumSet.noneOf(ClusterRole.class);
    private PendingEffects.Source pending = vm -> PendingEffects.NONE;
    private volatile Inventory projection;
    private long token;

    /**
     * Takes what there is at the start as the latest observation, and adds what the journal holds: of what is desired everything,
     * of what was observed what is not contradicted by it. The calls of an earlier center may be under way, so that nothing is
     * taken to be off by this.
     */
    public CenterState(Inventory start, JournalState journal) {
        projection = start;
        start.hosts().forEach(host -> hosts.put(host.id(), new HostRecord(observed(host))));
        start.hosts().stream()
                .filter(host -> host.health() != HostHealth.UP)
                .forEach(host -> dirtyHosts.add(host.id()));
        for (VirtualMachine vm : start.vms()) {
            add(vm);
            if (!journal.isFirst()) {
                // An earlier center would have written down that it is not wanted running.
                Objects.requireNonNull(vms.get(vm.id())).desired = DesiredState.RUNNING;
            }
        }
        journal.hosts().forEach(this::restore);
        journal.vms().forEach(this::restore);
        journal.writers().forEach(writer -> writers.put(writer.type(), writer.members()));
        journal.leftovers().forEach(left -> leftovers.put(left.vm(), left));
        flush();
        nowServing.clear();
        nowRoomy.clear();
    }

    private void add(VirtualMachine vm) {
        VmRecord record = new VmRecord(
                ImmutableVirtualMachine.copyOf(vm).withHealth(VmHealth.HEALTHY).withServedBy(Optional.empty()));
        vms.put(vm.id(), record);
        if (record.mayRunOn.isEmpty()) {
            confirmedOff.add(vm.id());
        } else {
            confirmedOff.remove(vm.id());
        }
        vm.servedBy().ifPresent(server -> route(record, server));
        vm.servedBy().ifPresent(server -> projectedServers.put(vm.id(), server));
        vm.servedBy().ifPresent(server -> owners(projectedOwners, server).add(vm.id()));
        if (vm.health() != VmHealth.HEALTHY || record.mayRunOn.isEmpty() || vm.servedBy().isPresent()) {
            touch(vm.id());
        }
    }

    private static Host observed(Host host) {
        return ImmutableHost.copyOf(host).withHealth(HostHealth.UP);
    }

    private void restore(HostState state) {
        HostRecord record = hosts.computeIfAbsent(state.host().id(), id -> new HostRecord(observed(state.host())));
        record.restore(state);
        writtenHosts.add(state.host().id());
        dirtyHosts.add(state.host().id());
    }

    private void restore(VmState state) {
        VmId id = state.vm().id();
        boolean isUnseen = !vms.containsKey(id);
        if (isUnseen && !hosts.containsKey(state.vm().host())) {
            // Its host is gone with it: there is nobody who could say where it is.
            writtenVms.add(id);
            unwrittenVms.add(id);
            return;
        }
        if (isUnseen) {
            add(ImmutableVirtualMachine.copyOf(state.vm()).withServedBy(Optional.empty()));
        }
        VmRecord record = Objects.requireNonNull(vms.get(id));
        boolean seenOn = !isUnseen && record.seen.power() != PowerState.OFF;
        record.restore(state);
        if (record.server != null) {
            route(record, record.server);
        }
        Set<HostId> hostsOfBoth = new LinkedHashSet<>(state.mayRunOn());
        if (seenOn) {
            hostsOfBoth.add(record.seen.host());
        }
        if (isUnseen) {
            record.seen = ImmutableVirtualMachine.copyOf(record.seen).withPower(state.vm().power());
        }
        writtenVms.add(id);
        place(record, hostsOfBoth);
        touch(id);
    }

    /** Sets who tells what is pending. */
    public void pendingFrom(PendingEffects.Source source) {
        pending = source;
    }

    // What there is.

    /** The inventory as policies see it, with everything that was changed counted in. */
    public Inventory inventory() {
        flush();
        return projection;
    }

    /** The inventory as it was last computed. Safe from any thread. */
    public Inventory published() {
        return projection;
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

    /** All hosts. */
    public Collection<HostRecord> hosts() {
        return Collections.unmodifiableCollection(hosts.values());
    }

    /** The VMs whose place is to be found out. */
    public Set<VmId> uncertain() {
        return ImmutableSet.copyOf(uncertain);
    }

    /** Whether a VM is confirmed off. Safe from any thread. */
    public boolean isConfirmedOff(VmId vm) {
        return confirmedOff.contains(vm);
    }

    /** The VMs whose requests really go to the given one, itself included unless its own go elsewhere. */
    public Set<VmId> ownersServedBy(VmId server) {
        Set<VmId> others = ownersByServer.getOrDefault(server, Set.of());
        VmRecord record = vms.get(server);
        boolean servesItself = record != null && record.server == null;
        if (others.isEmpty()) {
            return servesItself ? ImmutableSet.of(server) : ImmutableSet.of();
        }
        ImmutableSet.Builder<VmId> owners = ImmutableSet.builder();
        if (servesItself) {
            owners.add(server);
        }
        return owners.addAll(others).build();
    }

    /** The VMs that are registered, may be running or are to be placed on a host. */
    public Set<VmId> vmsAt(HostId host) {
        Set<VmId> found = new LinkedHashSet<>(alsoOn.getOrDefault(host, Set.of()));
        Inventory now = inventory();
        if (now.host(host).isPresent()) {
            now.vmsOn(host).forEach(vm -> found.add(vm.id()));
        }
        return found;
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

    /** The database members of a type that may accept writes: one where that is known. At the start it is the primary's. */
    public Set<String> mayWrite(VmType type) {
        return writers.getOrDefault(type, ImmutableSet.of(ClusterRole.PRIMARY.name()));
    }

    /** Whether a VM's database member is the one that accepts writes, and that is known. */
    public boolean isAtWriter(VirtualMachine vm) {
        return mayWrite(vm.type()).equals(Set.of(memberOf(vm)));
    }

    /** What was left behind on the platform. */
    public List<Leftover> leftovers() {
        return List.copyOf(leftovers.values());
    }

    /** The database member whose writer a VM needs. */
    public String memberOf(VirtualMachine vm) {
        return vm.member().orElseGet(() -> {
            HostRecord host = hosts.get(vm.host());
            return host == null ? ClusterRole.PRIMARY.name() : host.seen.role().name();
        });
    }

    // Readings.

    /** Returns a token for a reading that begins now: higher than those of all that was done before. */
    public long beginReading() {
        return ++token;
    }

    // Changes of what is observed.

    /** Adds a VM, or changes what is declared of it; where it is and whether it runs is taken only of one that is new. */
    public void declare(VirtualMachine vm) {
        checkArgument(hosts.containsKey(vm.host()), "VM %s is on host %s, which does not exist", vm.id(), vm.host());
        VmRecord record = vms.get(vm.id());
        if (record == null) {
            add(vm);
        } else {
            record.flags.remove(VmState.Flag.DELETED);
            record.seen = Declared.of(vm, record.seen);
        }
        if (record == null) {
            // A reading that began before it was declared may not have it yet.
            requireVm(vm.id()).actedAt = beginReading();
        }
        touch(vm.id());
        wake(vm.type());
    }

    /** Adds a host, or changes what is known of it apart from its health and maintenance. */
    public void declare(Host host) {
        HostRecord record = hosts.get(host.id());
        if (record == null) {
            hosts.put(host.id(), new HostRecord(observed(host)));
        } else {
            record.seen = ImmutableHost.copyOf(observed(host)).withInMaintenance(record.seen.inMaintenance());
        }
        touch(host.id());
        nowRoomy.add(host.role());
    }

    /**
     * Removes a VM that was deleted. While it may be running somewhere it is remembered, so that nothing that needs it off goes on.
     *
     * @return the VMs that it served
     */
    public Set<VmId> remove(VmId id) {
        VmRecord record = requireVm(id);
        Set<VmId> served = ImmutableSet.copyOf(ownersByServer.getOrDefault(id, Set.of()));
        if (record.server != null) {
            unroute(record);
        }
        record.faults = ImmutableList.of();
        record.flags.add(VmState.Flag.DELETED);
        touch(id);
        if (record.isConfirmedOff()) {
            forget(id);
        }
        served.forEach(this::touch);
        return served;
    }

    private void forget(VmId id) {
        VmRecord record = vms.remove(id);
        // It was seen off last: what needs that goes on.
        confirmedOff.add(id);
        uncertain.remove(id);
        if (record != null && record.server != null) {
            owners(ownersByServer, record.server).remove(id);
        }
        touch(id);
    }

    /**
     * Removes a host that was deleted.
     *
     * @throws IllegalArgumentException if VMs are registered, may be running or are to be placed on it
     */
    public void remove(HostId id) {
        requireHost(id);
        Set<VmId> left = vmsAt(id);
        checkArgument(left.isEmpty(), "host %s cannot be removed while VMs are on it: %s", id, left);
        hosts.remove(id);
        touch(id);
    }

    /** A call is about to be made that may start the VM on a host. */
    public void mayStart(VmId id, HostId host) {
        vm(id).ifPresent(record -> {
            Set<HostId> more = new LinkedHashSet<>(record.mayRunOn);
            more.add(host);
            place(record, more);
        });
    }

    /** The VM runs on that host and nowhere else. */
    public void runsOn(VmId id, HostId host) {
        vm(id).ifPresent(record -> {
            record.seen = ImmutableVirtualMachine.copyOf(record.seen).withHost(host).withPower(PowerState.ON);
            record.flags.remove(VmState.Flag.UNSEARCHED);
            record.flags.remove(VmState.Flag.HALF_MADE);
            place(record, ImmutableSet.of(host));
        });
    }

    /** The VM is off: it was read to be. */
    public void isOff(VmId id) {
        vm(id).ifPresent(record -> {
            record.seen = ImmutableVirtualMachine.copyOf(record.seen).withPower(PowerState.OFF);
            record.flags.remove(VmState.Flag.UNSEARCHED);
            place(record, ImmutableSet.of());
        });
    }

    /** The VM may be running on those hosts, and on no other. */
    public void mayRunOn(VmId id, Set<HostId> possible) {
        vm(id).ifPresent(record -> place(record, possible));
    }

    /** The VM was cloned anew on that host and is off. */
    public void cloned(VmId id, HostId host) {
        vm(id).ifPresent(record -> {
            record.seen = ImmutableVirtualMachine.copyOf(record.seen).withHost(host).withPower(PowerState.OFF);
            record.flags.add(VmState.Flag.HALF_MADE);
            touch(id);
        });
    }

    /** What the VM is allocated. */
    public void allocated(VmId id, Resources allocation) {
        vm(id).ifPresent(record -> {
            Resources before = record.seen.allocation();
            double load = record.seen.load() * before.cpuMillis() / allocation.cpuMillis();
            record.seen = ImmutableVirtualMachine.copyOf(record.seen)
                    .withAllocation(allocation)
                    .withLoad(load);
            touch(id);
        });
    }

    /** What a reading showed of a VM apart from where it may be running. */
    void reads(VmRecord record, VirtualMachine next) {
        record.seen = next;
        touch(record.id());
    }

    /** Where it may be running, by whatever source. */
    void place(VmRecord record, Set<HostId> possible) {
        record.mayRunOn = ImmutableSet.copyOf(possible);
        if (record.mayRunOn.size() == 1 && !record.mayRunOn.contains(record.seen.host()) && !record.isActedOn()) {
            HostId only = record.mayRunOn.iterator().next();
            if (hosts.containsKey(only)) {
                record.seen = ImmutableVirtualMachine.copyOf(record.seen).withHost(only);
            }
        }
        if (record.isConfirmedOff()) {
            confirmedOff.add(record.id());
        } else {
            confirmedOff.remove(record.id());
        }
        boolean isOpen = record.mayRunOn.size() > 1 || record.is(VmState.Flag.UNSEARCHED);
        if (isOpen) {
            uncertain.add(record.id());
        } else {
            uncertain.remove(record.id());
        }
        touch(record.id());
        if (record.is(VmState.Flag.DELETED) && record.isConfirmedOff()) {
            forget(record.id());
        }
    }

    /** An action on the VM is under way. */
    public void actionBegins(VmId id) {
        vm(id).ifPresent(record -> record.acting++);
    }

    /** An action on the VM ended: readings that began before do not count for it. */
    public void actionEnds(VmId id) {
        vm(id).ifPresent(record -> {
            record.acting = Math.max(0, record.acting - 1);
            record.actedAt = beginReading();
        });
    }

    /** Requests really go to that VM now. */
    public void routed(VmId owner, VmId server) {
        vm(owner).ifPresent(record -> {
            unroute(record);
            if (!owner.equals(server)) {
                route(record, server);
            } else {
                record.flags.remove(VmState.Flag.RETURNING);
            }
            touch(owner);
        });
    }

    private void route(VmRecord owner, VmId server) {
        owner.server = server;
        owners(ownersByServer, server).add(owner.id());
    }

    private void unroute(VmRecord owner) {
        VmId before = owner.server;
        if (before != null) {
            Set<VmId> left = owners(ownersByServer, before);
            left.remove(owner.id());
            if (left.isEmpty()) {
                ownersByServer.remove(before);
            }
            owner.server = null;
        }
    }

    private static Set<VmId> owners(Map<VmId, Set<VmId>> map, VmId server) {
        return map.computeIfAbsent(server, id -> new LinkedHashSet<>());
    }

    /** How loaded a VM was measured to be, with all that it serves. */
    public void loaded(VmId id, double load) {
        VmRecord record = requireVm(id);
        double others = othersLoad(record);
        boolean servesItself = !projectedServers.containsKey(id);
        if (servesItself) {
            record.seen = ImmutableVirtualMachine.copyOf(record.seen).withLoad(Math.max(0, load - others));
        }
        touch(id);
    }

    /** How far a database was measured to be behind; empty where that cannot be read. */
    public void lags(VmId id, Optional<Duration> lag) {
        VmRecord record = requireVm(id);
        ImmutableVirtualMachine before = ImmutableVirtualMachine.copyOf(record.seen);
        record.seen = before.withReplicationLag(Optional.empty())
                .withReplicationLagUnknown(lag.isEmpty())
                .withReplicationLag(lag);
        if (lag.isPresent() && lag.get().isZero()) {
            record.flags.remove(VmState.Flag.LAG_ACCEPTED);
        }
        if (!before.equals(record.seen)) {
            touch(id);
            wake(record.seen.type());
        }
    }

    /** A database is no replica, so that no lag is meant. */
    public void lagsNot(VmId id) {
        VmRecord record = requireVm(id);
        record.seen = ImmutableVirtualMachine.copyOf(record.seen)
                .withReplicationLagUnknown(false)
                .withReplicationLag(Optional.empty());
        record.flags.remove(VmState.Flag.LAG_ACCEPTED);
        touch(id);
    }

    /** The members that may accept writes from now on. */
    public void mayWrite(VmType type, Set<String> members) {
        if (!mayWrite(type).equals(members)) {
            writers.put(type, ImmutableSet.copyOf(members));
            entries.add(new JournalEntry.WriterNoted(new WriterState(type, members)));
        }
    }

    /** The original of a VM that was cloned anew stays where it was. */
    public void leftBehind(VmId id, Instant now) {
        vm(id).ifPresent(record -> {
            Leftover left = new Leftover(id, record.seen.host(), "what its clone replaced", now);
            leftovers.put(id, left);
            entries.add(new JournalEntry.LeftBehind(left));
        });
    }

    /** What a reading showed before a VM's host was lost does not count for it. */
    public void lostWithHost(VmId id) {
        vm(id).ifPresent(record -> record.actedAt = beginReading());
    }

    /** A VM's heartbeats are missed, or come again. */
    public void suspected(VmId id, boolean isSuspect) {
        vm(id).ifPresent(record -> {
            record.isSuspect = isSuspect;
            touch(id);
        });
    }

    // Changes of what is desired.

    /** What is wanted of a VM. */
    public void desired(VmId id, DesiredState state) {
        VmRecord record = requireVm(id);
        record.desired = state;
        record.isSuspect = false;
        if (state != DesiredState.RUNNING) {
            record.faults = ImmutableList.of();
        }
        touch(id);
    }

    /** Whether a host takes anything new. */
    public void maintenance(HostId id, boolean on) {
        HostRecord record = requireHost(id);
        record.seen = ImmutableHost.copyOf(record.seen).withInMaintenance(on);
        touch(id);
        if (!on) {
            nowRoomy.add(record.seen.role());
        }
    }

    /** Sets or clears a flag. */
    public void flag(VmId id, VmState.Flag flag, boolean on) {
        vm(id).ifPresent(record -> {
            boolean isChanged = on ? record.flags.add(flag) : record.flags.remove(flag);
            if (isChanged) {
                place(record, record.mayRunOn);
            }
        });
    }

    /** Opens a fault of a VM. */
    public void opened(VmId id, OpenFault fault) {
        VmRecord record = requireVm(id);
        record.faults = ImmutableList.<OpenFault>builder()
                .addAll(record.faults)
                .add(fault)
                .build();
        record.flags.remove(VmState.Flag.RETURNING);
        record.flags.remove(VmState.Flag.REJECTED);
        touch(id);
    }

    /** An open fault of that kind was observed again: it is as old as the latest report of it says. */
    public void observedAgain(VmId id, FaultReport report) {
        VmRecord record = requireVm(id);
        record.faults = record.faults.stream()
                .map(fault -> fault.report().kind() == report.kind()
                                && fault.report().observedAt().isBefore(report.observedAt())
                        ? new OpenFault(report, fault.since())
                        : fault)
                .collect(ImmutableList.toImmutableList());
        touch(id);
    }

    /** Closes the faults of a VM that the test names; returns whether that were its last. */
    public boolean closed(VmId id, Predicate<OpenFault> closes, Instant now) {
        VmRecord record = requireVm(id);
        if (record.faults.isEmpty()) {
            return false;
        }
        ImmutableList<OpenFault> left = record.faults.stream()
                .filter(fault -> !closes.test(fault))
                .collect(ImmutableList.toImmutableList());
        if (left.size() == record.faults.size()) {
            return false;
        }
        record.faults = left;
        touch(id);
        if (left.isEmpty()) {
            record.closedAt = now;
            record.flags.remove(VmState.Flag.REJECTED);
        }
        return left.isEmpty();
    }

    /** Notes that a VM is well since a moment, so that a report observed before is stale. */
    public void wellSince(VmId id, Instant now) {
        vm(id).ifPresent(record -> {
            record.closedAt = now;
            touch(id);
        });
    }

    /** Forgets when faults were closed that no report can be about any more. */
    public void forgetClosedBefore(Instant moment) {
        for (VmRecord record : vms.values()) {
            if (record.closedAt != null && record.closedAt.isBefore(moment) && record.faults.isEmpty()) {
                record.closedAt = null;
                unwrittenVms.add(record.id());
            }
        }
        for (HostRecord record : hosts.values()) {
            if (record.upSince != null && record.upSince.isBefore(moment)) {
                record.upSince = null;
                unwrittenHosts.add(record.seen.id());
            }
        }
    }

    /** Opens a fault of a host, or replaces one by a worse one. */
    public void opened(HostId id, OpenFault fault) {
        HostRecord record = requireHost(id);
        record.fault = fault;
        record.isConfirmedOff |= fault.report().kind() == FaultKind.HOST_DOWN;
        record.changedAt = beginReading();
        touch(id);
    }

    /** A host was confirmed off from outside. */
    public void confirmedOff(HostId id) {
        host(id).ifPresent(record -> {
            record.isConfirmedOff = true;
            record.changedAt = beginReading();
            touch(id);
        });
    }

    /** A host is up. */
    public void up(HostId id, Instant now) {
        HostRecord record = requireHost(id);
        record.fault = null;
        record.isConfirmedOff = false;
        record.upSince = now;
        record.changedAt = beginReading();
        touch(id);
        nowRoomy.add(record.seen.role());
    }

    // The inventory.

    /** What is pending of a VM changed, or anything else that the inventory shows of it. */
    public void touch(VmId id) {
        dirtyVms.add(id);
        unwrittenVms.add(id);
    }

    /** What is pending of a VM changed. */
    public void pendingChanged(VmId id) {
        dirtyVms.add(id);
    }

    private void touch(HostId id) {
        dirtyHosts.add(id);
        unwrittenHosts.add(id);
        alsoOn.getOrDefault(id, Set.of()).forEach(dirtyVms::add);
        if (projection.host(id).isPresent()) {
            projection.vmsOn(id).forEach(vm -> dirtyVms.add(vm.id()));
        }
    }

    /** Something changed that may let VMs of that type take requests. */
    public void wake(VmType type) {
        nowServing.add(type);
    }

    /** Something changed that may let hosts of that cluster take VMs. */
    public void wake(ClusterRole role) {
        nowRoomy.add(role);
    }

    /** Takes out what changed since the last time. */
    public Changes drainChanges() {
        flush();
        Changes changes = new Changes(nowServing, nowRoomy);
        nowServing.clear();
        nowRoomy.clear();
        return changes;
    }

    /** Takes out what the journal should know. */
    public List<JournalEntry> drainEntries() {
        if (unwrittenVms.isEmpty() && unwrittenHosts.isEmpty() && entries.isEmpty()) {
            return List.of();
        }
        for (HostId id : unwrittenHosts) {
            HostRecord record = hosts.get(id);
            if (record != null && !record.isDefault()) {
                writtenHosts.add(id);
                entries.add(new JournalEntry.HostNoted(record.state()));
            } else if (writtenHosts.remove(id)) {
                entries.add(new JournalEntry.HostForgotten(id));
            }
        }
        for (VmId id : unwrittenVms) {
            VmRecord record = vms.get(id);
            if (record != null && !record.isDefault()) {
                writtenVms.add(id);
                entries.add(new JournalEntry.VmNoted(record.state()));
            } else if (writtenVms.remove(id)) {
                entries.add(new JournalEntry.VmForgotten(id));
            }
        }
        unwrittenHosts.clear();
        unwrittenVms.clear();
        List<JournalEntry> drained = List.copyOf(entries);
        entries.clear();
        return drained;
    }

    private void flush() {
        if (dirtyVms.isEmpty() && dirtyHosts.isEmpty()) {
            return;
        }
        Inventory next = withHosts(projection);
        List<VmId> changed = List.copyOf(dirtyVms);
        Map<VmId, PendingEffects> effects = new LinkedHashMap<>();
        for (VmId id : changed) {
            PendingEffects effect = pending.pendingOf(id);
            effects.put(id, effect);
            reserve(id, effect);
        }
        // Whoever serves more or less than before carries another load.
        for (VmId id : List.copyOf(dirtyVms)) {
            effects.computeIfAbsent(id, pending::pendingOf);
        }
        List<VirtualMachine> projected = new ArrayList<>();
        for (Map.Entry<VmId, PendingEffects> entry : effects.entrySet()) {
            VmRecord record = vms.get(entry.getKey());
            if (record == null || record.is(VmState.Flag.DELETED)) {
                next = gone(next, entry.getKey(), record);
            } else {
                projected.add(project(record, entry.getValue()));
            }
        }
        dirtyVms.clear();
        Inventory before = projection;
        Inventory after = next.withAll(projected);
        for (HostId id : List.copyOf(dirtyHosts)) {
            if (!hosts.containsKey(id)) {
                after = after.without(id);
            }
        }
        dirtyHosts.clear();
        projection = after;
        projected.forEach(vm -> noticeServing(before, vm));
    }

    private Inventory withHosts(Inventory inventory) {
        Inventory next = inventory;
        for (HostId id : dirtyHosts) {
            HostRecord record = hosts.get(id);
            if (record != null) {
                next = next.with(record.projected());
            }
        }
        return next;
    }

    /** A VM that was deleted is seen by nobody; what it may still run on is remembered all the same. */
    private Inventory gone(Inventory inventory, VmId id, @Nullable VmRecord record) {
        inventory.vm(id).ifPresent(vm -> inventory.host(vm.host()).ifPresent(host -> nowRoomy.add(host.role())));
        changeAlso(id, record == null ? Set.of() : record.mayRunOn);
        return inventory.without(id);
    }

    /** Notes which VM serves the requests or is about to, before loads are added up. */
    private void reserve(VmId id, PendingEffects effect) {
        VmRecord record = vms.get(id);
        VmId next = record == null || record.is(VmState.Flag.DELETED) ? null : server(record, effect);
        VmId before = projectedServers.get(id);
        if (Objects.equals(before, next)) {
            return;
        }
        if (before != null) {
            Set<VmId> left = owners(projectedOwners, before);
            left.remove(id);
            if (left.isEmpty()) {
                projectedOwners.remove(before);
            }
            projectedServers.remove(id);
            dirtyVms.add(before);
        }
        if (next != null) {
            projectedServers.put(id, next);
            owners(projectedOwners, next).add(id);
            dirtyVms.add(next);
        }
    }

    private @Nullable VmId server(VmRecord record, PendingEffects effect) {
        VmId server = effect.server().orElse(record.server());
        VmRecord serving = vms.get(server);
        boolean isAnother = !server.equals(record.id()) && serving != null && !serving.is(VmState.Flag.DELETED);
        return isAnother ? server : null;
    }

    private VirtualMachine project(VmRecord record, PendingEffects effect) {
        VmId id = record.id();
        VmId server = projectedServers.get(id);
        boolean takesPlace = effect.place()
                .map(hosts::get)
                .filter(host -> host != null && host.health().runsVms())
                .isPresent();
        double load = (server == null ? record.seen.load() : 0) + othersLoad(record);
        VirtualMachine vm = Projector.project(record, effect, takesPlace, server, load);
        Set<HostId> also = new LinkedHashSet<>(record.mayRunOn);
        also.add(record.seen.host());
        also.remove(vm.host());
        changeAlso(id, also);
        return vm;
    }

    /** What a VM carries of others, as a fraction of its own allocation. */
    private double othersLoad(VmRecord server) {
        double load = 0;
        for (VmId owner : projectedOwners.getOrDefault(server.id(), Set.of())) {
            VmRecord record = vms.get(owner);
            if (record != null) {
                load += record.seen.load()
                        * record.seen.allocation().cpuMillis()
                        / server.seen.allocation().cpuMillis();
            }
        }
        return load;
    }

    private void changeAlso(VmId id, Set<HostId> also) {
        Set<HostId> before = also.isEmpty() ? alsoAt.remove(id) : alsoAt.put(id, ImmutableSet.copyOf(also));
        if (before != null) {
            for (HostId host : before) {
                Set<VmId> left = alsoOn.get(host);
                if (left != null && left.remove(id)) {
                    if (left.isEmpty()) {
                        alsoOn.remove(host);
                    }
                    // Where it may be no more, there is more room.
                    host(host).ifPresent(found -> nowRoomy.add(found.seen.role()));
                }
            }
        }
        for (HostId host : also) {
            alsoOn.computeIfAbsent(host, key -> new LinkedHashSet<>()).add(id);
        }
    }

    private void noticeServing(Inventory before, VirtualMachine now) {
        Optional<VirtualMachine> was = before.vm(now.id());
        if (was.isEmpty() || (now.isServing() && !was.get().isServing())) {
            nowServing.add(now.type());
        }
        boolean leftRoom = was.isPresent()
                && (!was.get().host().equals(now.host())
                        || was.get().allocation().memoryMiB() > now.allocation().memoryMiB()
                        || was.get().allocation().cpuMillis() > now.allocation().cpuMillis());
        if (leftRoom) {
            host(was.get().host()).ifPresent(host -> nowRoomy.add(host.seen.role()));
        }
    }
}
