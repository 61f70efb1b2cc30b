package io.vmha.center.internal.state;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.center.journal.HostState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    private static final int MAX_REMOVED = 10_000;

    private final Map<VmId, VmRecord> vms = new HashMap<>();
    private final Map<HostId, HostRecord> hosts = new HashMap<>();
    private final Set<Leftover> leftovers = new LinkedHashSet<>();
    /** The VMs that were moved off their hosts for maintenance. */
    private final Map<VmId, JournalEntry.VmAway> away = new LinkedHashMap<>();

    private final ServingTable routes = new ServingTable();
    /** The VMs whose place is to be found out: on several hosts, or lost with their host. */
    private final Set<VmId> uncertain = new LinkedHashSet<>();

    /** The VMs that are not confirmed off; one that is not known at all is nowhere. */
    private final Set<VmId> notOff = ConcurrentHashMap.newKeySet();

    private final Unwritten unwritten = new Unwritten();
    private final InventoryProjection projection;
    private final Databases databases;
    /** What was last noted of VMs by how far their database members are behind. */
    private final Map<MemberId, Databases.Lag> lags = new HashMap<>();
    /** When VMs were deleted, the last of them: readings that began before do not bring them back. */
    private final Map<VmId, Long> removedAt = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<VmId, Long> eldest) {
            return size() > MAX_REMOVED;
        }
    };

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
        start.hosts().forEach(host -> hosts.put(host.id(), new HostRecord(observed(host))));
        start.hosts().stream()
                .filter(host -> host.health() != HostHealth.UP)
                .forEach(host -> projection.mark(host.id()));
        for (VirtualMachine vm : start.vms()) {
            add(vm);
            if (!journal.isFirst()) {
                // An earlier center would have written down that it is not wanted running.
                Objects.requireNonNull(vms.get(vm.id())).desired = DesiredState.RUNNING;
            }
        }
        journal.hosts().forEach(this::restore);
        journal.vms().forEach(this::restore);
        leftovers.addAll(journal.leftovers());
        journal.away().forEach(left -> away.put(left.vm(), left));
        leaveLostHosts(start);
        projection.drainChanges();
    }

    /** What runs on a host that was confirmed off, and that nobody sees up again, is what was last known of it. */
    private void leaveLostHosts(Inventory start) {
        Set<HostId> lost = new HashSet<>();
        for (HostRecord host : hosts.values()) {
            boolean isSeenUp = start.host(host.seen.id())
                    .filter(found -> found.health().runsVms())
                    .isPresent();
            if (host.isConfirmedOff && !isSeenUp) {
                lost.add(host.seen.id());
            }
        }
        if (lost.isEmpty()) {
            return;
        }
        for (VmRecord vm : List.copyOf(vms.values())) {
            Set<HostId> left = new LinkedHashSet<>(vm.mayRunOn);
            if (left.removeAll(lost)) {
                if (left.isEmpty()) {
                    vm.flags.add(VmState.Flag.UNSEARCHED);
                    lostWithHost(vm.id());
                }
                place(vm, left);
            }
        }
    }

    private void add(VirtualMachine vm) {
        VmRecord record = new VmRecord(vm.withHealth(VmHealth.HEALTHY).withServedBy(Optional.empty()));
        vms.put(vm.id(), record);
        if (record.mayRunOn.isEmpty()) {
            notOff.remove(vm.id());
        } else {
            notOff.add(vm.id());
        }
        vm.servedBy().ifPresent(server -> route(record, server));
        if (vm.health() != VmHealth.HEALTHY
                || record.mayRunOn.isEmpty()
                || vm.servedBy().isPresent()) {
            touch(vm.id());
        }
    }

    private static Host observed(Host host) {
        return host.withHealth(HostHealth.UP).withInQuarantine(false);
    }

    private void restore(HostState state) {
        HostRecord record = hosts.computeIfAbsent(state.host().id(), id -> new HostRecord(observed(state.host())));
        record.restore(state);
        unwritten.holds(state.host().id());
        projection.mark(state.host().id());
    }

    private void restore(VmState state) {
        VmId id = state.vm().id();
        boolean isUnseen = !vms.containsKey(id);
        if (isUnseen && !hosts.containsKey(state.vm().host())) {
            // Its host is gone with it: there is nobody who could say where it is.
            unwritten.holds(id);
            unwritten.changed(id);
            return;
        }
        if (isUnseen) {
            add(state.vm().withServedBy(Optional.empty()));
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
            record.seen = record.seen.withPower(state.vm().power());
        }
        unwritten.holds(id);
        place(record, hostsOfBoth);
        touch(id);
    }

    /** Sets who tells what is pending. */
    public void pendingFrom(PendingEffects.Source source) {
        projection.pendingFrom(source);
    }

    // What there is.

    /** The inventory as policies see it, with everything that was changed counted in. */
    public Inventory inventory() {
        return projection.current();
    }

    /** The inventory as it was last computed. Safe from any thread. */
    public Inventory published() {
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
        return !notOff.contains(vm);
    }

    /** The VMs whose requests really go to the given one, itself included unless its own go elsewhere. */
    public Set<VmId> ownersServedBy(VmId server) {
        Set<VmId> others = routes.ownersOf(server);
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

    /** The replica sets, as they were last seen. */
    public Databases databases() {
        return databases;
    }

    /** Whether a VM's database member is the one that requests of its set go to, as far as is known. */
    public boolean isAtWriter(VirtualMachine vm) {
        return memberOf(vm).filter(databases.sets()::isPresumedWriter).isPresent();
    }

    /** Whether a VM's database member may accept writes. */
    public boolean mayWrite(VirtualMachine vm) {
        return memberOf(vm).filter(databases::mayWrite).isPresent();
    }

    /** Whether a VM's requests have to end at a database that writes. */
    public boolean needsWriter(VirtualMachine vm) {
        return vm.type().equals(VmType.DATABASE) || memberOf(vm).isPresent();
    }

    /** What was left behind on the platform. */
    public List<Leftover> leftovers() {
        return List.copyOf(leftovers);
    }

    /**
     * Why what was left behind of a VM may be wanted still; empty where the VM runs, certainly and well, or was deleted and is off. A VM
     * that failed, is half made or is at a place that is not known may have to be made again from what is left of it.
     */
    public Optional<String> whyLeftoversMayBeWanted(VmId id) {
        VmRecord record = vms.get(id);
        if (record == null) {
            return Optional.empty();
        }
        boolean isWell = record.power() == PowerState.ON
                && !record.isFailed()
                && !record.isActedOn()
                && !record.is(VmState.Flag.SPLIT_BRAIN)
                && !record.is(VmState.Flag.HALF_MADE)
                && !record.is(VmState.Flag.UNSEARCHED)
                && !record.is(VmState.Flag.DELETED)
                && runsVms(record.seen.host());
        return isWell
                ? Optional.empty()
                : Optional.of("what is left of " + id + " may be wanted still: it does not run, certainly and well");
    }

    /** The database member whose writer a VM needs; empty where it needs none, or one of no replica set. */
    public Optional<MemberId> memberOf(VirtualMachine vm) {
        return databases.sets().memberOf(vm, () -> {
            HostRecord host = hosts.get(vm.host());
            return host == null ? ClusterRole.PRIMARY : host.seen.role();
        });
    }

    /** The replica set of the database that a VM uses; empty where it uses none of a set. */
    public Optional<ReplicaSet> setOf(VirtualMachine vm) {
        return memberOf(vm).flatMap(databases::setOf);
    }

    /** The VMs that use a member's database. */
    public List<VmRecord> vmsOf(MemberId member) {
        List<VmRecord> found = new ArrayList<>();
        for (VmRecord record : vms.values()) {
            if (memberOf(record.seen).filter(member::equals).isPresent()) {
                found.add(record);
            }
        }
        return found;
    }

    /** The VMs that use a database of a set. */
    public List<VmRecord> vmsOf(ReplicaSetId set) {
        List<VmRecord> found = new ArrayList<>();
        for (VmRecord record : vms.values()) {
            if (setOf(record.seen).map(ReplicaSet::id).filter(set::equals).isPresent()) {
                found.add(record);
            }
        }
        return found;
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
            record.seen = observed(host).withInMaintenance(record.seen.inMaintenance());
        }
        touch(host.id());
        projection.wake(host.role());
    }

    /**
     * Removes a VM that was deleted. While it may be running somewhere it is remembered, so that nothing that needs it off goes on.
     *
     * @return the VMs that it served
     */
    public Set<VmId> remove(VmId id) {
        VmRecord record = requireVm(id);
        Set<VmId> served = ImmutableSet.copyOf(routes.ownersOf(id));
        if (record.server != null) {
            unroute(record);
        }
        notAway(id);
        record.faults = ImmutableList.of();
        record.flags.add(VmState.Flag.DELETED);
        removedAt.put(id, beginReading());
        uncertain.add(id);
        touch(id);
        if (record.isConfirmedOff()) {
            forget(id);
        }
        served.forEach(this::touch);
        return served;
    }

    /** The token that was issued when that VM was deleted; 0 where it was not. */
    public long removedAt(VmId id) {
        return removedAt.getOrDefault(id, 0L);
    }

    private void forget(VmId id) {
        VmRecord record = vms.remove(id);
        // It was seen off last: what needs that goes on.
        notOff.remove(id);
        uncertain.remove(id);
        if (record != null) {
            routes.set(id, null);
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

    /**
     * The VMs that are registered or may be running on a host that is back may run there, or not, before they are read. So may those that
     * are off and were to be cloned there: a clone of which nobody knows starts with its host as others do.
     *
     * @param mayBeCloned the VMs whose clones were begun there
     */
    public void toBeRead(HostId host, Set<VmId> mayBeCloned) {
        for (VmId id : vmsAt(host)) {
            vm(id).filter(vm -> vm.seen.host().equals(host) || vm.mayRunOn.contains(host))
                    .ifPresent(vm -> toBeRead(vm, host));
        }
        Stream.concat(
                        mayBeCloned.stream(),
                        leftovers.stream()
                                .filter(left -> left.host().equals(host))
                                .map(Leftover::vm))
                .flatMap(id -> vm(id).stream())
                .filter(VmRecord::isConfirmedOff)
                .toList()
                .forEach(vm -> toBeRead(vm, host));
    }

    private void toBeRead(VmRecord record, HostId host) {
        record.flags.add(VmState.Flag.UNSEARCHED);
        mayStart(record.id(), host);
        lostWithHost(record.id());
    }

    /** The VM runs on that host and nowhere else. */
    public void runsOn(VmId id, HostId host) {
        vm(id).ifPresent(record -> {
            record.seen = record.seen.withHost(host).withPower(PowerState.ON);
            record.flags.remove(VmState.Flag.UNSEARCHED);
            record.flags.remove(VmState.Flag.HALF_MADE);
            record.flags.remove(VmState.Flag.TO_START);
            place(record, ImmutableSet.of(host));
        });
    }

    /** The VM is off: it was read to be. */
    public void isOff(VmId id) {
        vm(id).ifPresent(record -> {
            boolean isSeenElsewhere = record.seenOn.stream().anyMatch(host -> !host.equals(record.seen.host()));
            if (record.isSaidOn || isSeenElsewhere) {
                lookFor(record);
                return;
            }
            record.seen = record.seen.withPower(PowerState.OFF);
            record.flags.remove(VmState.Flag.UNSEARCHED);
            place(record, ImmutableSet.of());
        });
    }

    /** A call that may have started the VM on a host surely did not; somebody else may have meanwhile. */
    public void notStarted(VmId id, HostId host) {
        vm(id).ifPresent(record -> {
            if (record.isSaidOn || record.seenOn.contains(host)) {
                lookFor(record);
            } else {
                Set<HostId> left = new LinkedHashSet<>(record.mayRunOn);
                left.remove(host);
                place(record, left);
            }
        });
    }

    /** A platform refused to start the VM since it runs already, or something holds what it needs. */
    public void saidToRun(VmId id) {
        vm(id).ifPresent(this::lookFor);
    }

    /** What is known of its place may be older than what somebody said: it counts as off only once it was looked for. */
    private void lookFor(VmRecord record) {
        record.flags.add(VmState.Flag.UNSEARCHED);
        place(record, record.mayRunOn);
    }

    /** The VM may be running on those hosts, and on no other. */
    public void mayRunOn(VmId id, Set<HostId> possible) {
        vm(id).ifPresent(record -> place(record, possible));
    }

    /** The VM was cloned anew on that host and is off. */
    public void cloned(VmId id, HostId host) {
        vm(id).ifPresent(record -> {
            record.seen = record.seen.withHost(host).withPower(PowerState.OFF);
            record.flags.add(VmState.Flag.HALF_MADE);
            if (record.isSaidOn) {
                // What somebody started meanwhile may be the clone.
                record.flags.add(VmState.Flag.UNSEARCHED);
                mayStart(id, host);
            }
            touch(id);
        });
    }

    /** What the VM is allocated. */
    public void allocated(VmId id, Resources allocation) {
        vm(id).ifPresent(record -> {
            Resources before = record.seen.allocation();
            double load = record.seen.load() * before.cpuMillis() / allocation.cpuMillis();
            record.seen = record.seen.withAllocation(allocation).withLoad(load);
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
                record.seen = record.seen.withHost(only);
            }
        }
        if (record.isConfirmedOff()) {
            notOff.remove(record.id());
        } else {
            notOff.add(record.id());
        }
        boolean isOpen = record.mayRunOn.size() > 1
                || record.is(VmState.Flag.UNSEARCHED)
                || record.is(VmState.Flag.DELETED)
                || record.is(VmState.Flag.ROUTE_IN_DOUBT);
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
            record.isSaidOn &= record.isActedOn();
            record.seenOn = record.isActedOn() ? record.seenOn : ImmutableSet.of();
        });
    }

    /** Somebody says that a VM is on while an action on it is under way. */
    public void saidOn(VmId id) {
        vm(id).ifPresent(record -> {
            record.isSaidOn = true;
            record.seen = record.seen.withPower(PowerState.ON);
            mayStart(id, record.seen.host());
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
            if (record.flags.remove(VmState.Flag.ROUTE_IN_DOUBT)) {
                place(record, record.mayRunOn);
            }
            touch(owner);
        });
    }

    /** What became of a redirect of a VM's requests is not known: the traffic director is to be asked, from now on. */
    public void routeInDoubt(VmId owner) {
        vm(owner).ifPresent(record -> {
            record.routeInDoubtAt = beginReading();
            record.flags.add(VmState.Flag.ROUTE_IN_DOUBT);
            place(record, record.mayRunOn);
        });
    }

    /** The VMs of which it is in doubt where their requests go. */
    public List<VmId> routesInDoubt() {
        return uncertain.stream()
                .filter(id -> vm(id).filter(record -> record.is(VmState.Flag.ROUTE_IN_DOUBT))
                        .isPresent())
                .toList();
    }

    /** The traffic director was asked, by a reading that began then, and said that requests go to that VM; returns whether it counts. */
    public boolean routeRead(VmId owner, VmId server, long reading) {
        Optional<VmRecord> inDoubt =
                vm(owner).filter(record -> record.is(VmState.Flag.ROUTE_IN_DOUBT) && reading > record.routeInDoubtAt);
        inDoubt.ifPresent(record -> routed(owner, server));
        return inDoubt.isPresent();
    }

    private void route(VmRecord owner, VmId server) {
        owner.server = server;
        routes.set(owner.id(), server);
    }

    private void unroute(VmRecord owner) {
        owner.server = null;
        routes.set(owner.id(), null);
    }

    /** How loaded a VM was measured to be, with all that it serves. */
    public void loaded(VmId id, double load) {
        VmRecord record = requireVm(id);
        inventory();
        if (projection.servesItself(id)) {
            double own = Math.max(0, load - projection.loadOfOthers(record));
            record.seen = record.seen.withLoad(own);
        }
        touch(id);
    }

    /** How far a database was measured to be behind; empty where that cannot be read. */
    public void lags(VmId id, Optional<Duration> lag) {
        VmRecord record = requireVm(id);
        VirtualMachine before = record.seen;
        record.seen = before.withReplicationLag(Optional.empty())
                .withReplicationLagUnknown(lag.isEmpty())
                .withReplicationLag(lag);
        if (lag.isPresent() && lag.get().isZero()) {
            record.flags.remove(VmState.Flag.LAG_ACCEPTED);
        }
        if (!before.equals(record.seen)) {
            touch(id);
        }
        boolean isLess = before.replicationLagUnknown()
                || (before.replicationLag().isPresent()
                        && lag.isPresent()
                        && lag.get().compareTo(before.replicationLag().get()) < 0);
        if (isLess && lag.isPresent()) {
            wake(record.seen.type());
        }
    }

    /** A database is no replica, so that no lag is meant. */
    public void lagsNot(VmId id) {
        VmRecord record = requireVm(id);
        if (record.seen.replicationLag().isEmpty()
                && !record.seen.replicationLagUnknown()
                && !record.is(VmState.Flag.LAG_ACCEPTED)) {
            return;
        }
        record.seen = record.seen.withReplicationLagUnknown(false).withReplicationLag(Optional.empty());
        record.flags.remove(VmState.Flag.LAG_ACCEPTED);
        touch(id);
    }

    /**
     * Takes a reading of a replica set.
     *
     * @param reading what was seen
     * @param begun the token that was issued before it began
     * @param now the present moment
     */
    public void observed(ReplicaSet reading, long begun, Instant now) {
        Optional<MemberId> before = databases.sets().set(reading.id()).flatMap(ReplicaSet::presumedWriter);
        if (!databases.observed(reading, begun)) {
            return;
        }
        Optional<MemberId> after = databases.sets().set(reading.id()).flatMap(ReplicaSet::presumedWriter);
        Map<MemberId, Databases.Lag> changed = new HashMap<>();
        databases.lags(reading.id(), now).forEach((member, lag) -> {
            if (!lag.equals(lags.put(member, lag))) {
                changed.put(member, lag);
            }
        });
        boolean isWriterAnother = !before.equals(after);
        if (changed.isEmpty() && !isWriterAnother) {
            return;
        }
        for (VmRecord record : List.copyOf(vms.values())) {
            Optional<MemberId> member = memberOf(record.seen);
            Databases.Lag lag = member.map(changed::get).orElse(null);
            if (lag != null && !record.is(VmState.Flag.DELETED)) {
                lags(record, lag);
            }
            if (isWriterAnother
                    && member.flatMap(databases::setOf)
                            .filter(set -> set.id().equals(reading.id()))
                            .isPresent()) {
                wake(record.seen.type());
            }
        }
    }

    private void lags(VmRecord record, Databases.Lag lag) {
        if (lag.isMeant()) {
            lags(record.id(), lag.time());
        } else {
            lagsNot(record.id());
        }
    }

    /** A VM was moved from a host for maintenance; one that was away already keeps its home. */
    public void leftHome(VmId id, HostId from, HostId to) {
        JournalEntry.VmAway before = away.get(id);
        HostId home = before != null && before.at().equals(from) ? before.home() : from;
        keepAway(new JournalEntry.VmAway(id, home, to));
    }

    /** A VM is home, or is not to come home any more. */
    public void notAway(VmId id) {
        JournalEntry.VmAway before = away.get(id);
        if (before != null) {
            keepAway(new JournalEntry.VmAway(id, before.home(), before.home()));
        }
    }

    private void keepAway(JournalEntry.VmAway left) {
        if (left.isAway()) {
            away.put(left.vm(), left);
        } else {
            away.remove(left.vm());
        }
        unwritten.add(left);
    }

    /** The host that a VM left for maintenance, if it still is where it went then: nobody else moved it. */
    public Optional<HostId> homeOf(VmId id) {
        JournalEntry.VmAway left = away.get(id);
        VmRecord record = vms.get(id);
        return left != null && record != null && record.seen.host().equals(left.at())
                ? Optional.of(left.home())
                : Optional.empty();
    }

    /** The VMs that left a host for maintenance, those of higher priority first. */
    public List<VmId> awayFrom(HostId home) {
        return away.values().stream()
                .filter(left -> left.home().equals(home))
                .flatMap(left -> vm(left.vm()).stream())
                .sorted(Comparator.comparing((VmRecord vm) -> -vm.seen().priority())
                        .thenComparing(VmRecord::id))
                .map(VmRecord::id)
                .toList();
    }

    /** Something stays on the platform that nobody needs. */
    public void leftBehind(Leftover left) {
        if (leftovers.add(left)) {
            unwritten.add(new JournalEntry.LeftBehind(left));
        }
    }

    /** Somebody else runs the VM on another host than its clone is on, or repaired what the clone was to replace. */
    public void cloneNotNeeded(VmId id, HostId host, Instant now) {
        leftBehind(new Leftover(id, host, "a clone that was not needed", now));
        flag(id, VmState.Flag.HALF_MADE, false);
    }

    /** What was left behind of a VM on a host before that moment was deleted. */
    public void leftoversDeleted(VmId id, HostId host, Instant before) {
        for (Leftover left : List.copyOf(leftovers)) {
            boolean isMeant = left.vm().equals(id) && left.host().equals(host);
            if (isMeant && !left.since().isAfter(before)) {
                leftovers.remove(left);
                unwritten.add(new JournalEntry.LeftoverDeleted(left));
            }
        }
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
                place(record, record.mayRunOn);
            }
        });
    }

    /** Opens a fault of a VM, unless that was deleted meanwhile. */
    public void opened(VmId id, OpenFault fault) {
        VmRecord record = vms.get(id);
        if (record == null || record.is(VmState.Flag.DELETED)) {
            return;
        }
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

    /** Closes the faults of a VM that the test names; returns whether that were its last. One that was deleted has none. */
    public boolean closed(VmId id, Predicate<OpenFault> closes, Instant now) {
        VmRecord record = vms.get(id);
        if (record == null || record.faults.isEmpty()) {
            return false;
        }
        ImmutableList<OpenFault> left =
                record.faults.stream().filter(fault -> !closes.test(fault)).collect(ImmutableList.toImmutableList());
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
            record.closedAt = later(record.closedAt, now);
            record.wellSince = later(record.wellSince, now);
            touch(id);
        });
    }

    private static Instant later(@Nullable Instant before, Instant now) {
        return before != null && before.isAfter(now) ? before : now;
    }

    /** Forgets when faults were closed that no report can be about any more. */
    public void forgetClosedBefore(Instant moment) {
        for (VmRecord record : vms.values()) {
            boolean isWellLong = record.wellSince == null || record.wellSince.isBefore(moment);
            if (record.closedAt != null && record.closedAt.isBefore(moment) && isWellLong && record.faults.isEmpty()) {
                record.closedAt = null;
                record.wellSince = null;
                unwritten.changed(record.id());
            }
        }
        for (HostRecord record : hosts.values()) {
            if (record.upSince != null && record.upSince.isBefore(moment)) {
                record.upSince = null;
                unwritten.changed(record.seen.id());
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

    /** Whether a host that was lost came up since that moment, by what was said or seen, though it may be lost again. */
    public boolean cameUpSince(HostId id, Instant moment) {
        return host(id).map(
                        record -> record.fault == null || (record.upSince != null && !record.upSince.isBefore(moment)))
                .orElse(false);
    }

    /** A host was confirmed off from outside. */
    public void confirmedOff(HostId id) {
        host(id).ifPresent(record -> {
            record.isConfirmedOff = true;
            record.changedAt = beginReading();
            touch(id);
        });
    }

    /** A host came back too often of late, or that is over. */
    public void quarantined(HostId id, boolean on) {
        host(id).ifPresent(record -> {
            record.isQuarantined = on;
            projection.mark(id);
            projection.wake(record.seen.role());
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
        projection.wake(record.seen.role());
    }

    // The inventory.

    /** Something about a VM changed that the inventory or the journal shows. */
    public void touch(VmId id) {
        projection.mark(id);
        unwritten.changed(id);
    }

    /** What is pending of a VM changed. */
    public void pendingChanged(VmId id) {
        projection.mark(id);
    }

    private void touch(HostId id) {
        projection.mark(id);
        unwritten.changed(id);
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
