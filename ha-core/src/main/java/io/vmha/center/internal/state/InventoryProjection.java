package io.vmha.center.internal.state;

import io.vavr.collection.HashSet;
import io.vmha.center.journal.VmState;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.ReplicaSets;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the inventory that policies see in step with the records and the plans: computes what was marked, and notes which of that may
 * help an unmet need. Confined to the center's loop, except {@link #published}.
 */
final class InventoryProjection {
    /** A VM that is to be computed anew; one that is not known any more has no record. */
    private record Affected(VmId id, @Nullable VmRecord record, PendingEffects effect) {}

    private final Map<VmId, VmRecord> vms;
    private final Map<HostId, HostRecord> hosts;
    /** Who serves whom, with what open plans are about to move counted in. */
    private final ServingTable serving = new ServingTable();

    private final PlaceIndex places = new PlaceIndex();
    private Set<VmId> dirtyVms = new LinkedHashSet<>();
    private final Set<HostId> dirtyHosts = new LinkedHashSet<>();
    private final Set<VmType> nowServing = new LinkedHashSet<>();
    private final Set<ClusterRole> nowRoomy = EnumSet.noneOf(ClusterRole.class);
    private PendingEffects.Source pending = vm -> PendingEffects.NONE;
    private volatile Projected projected;
    private long readings;

    InventoryProjection(Inventory start, Map<VmId, VmRecord> vms, Map<HostId, HostRecord> hosts) {
        this.projected = Projected.of(start);
        this.vms = vms;
        this.hosts = hosts;
        start.vms().forEach(vm -> serving.set(vm.id(), vm.servedBy().orElse(null)));
    }

    /** The databases are as these sets say. */
    void databases(ReplicaSets sets) {
        projected = projected.with(projected.inventory().with(sets));
    }

    void pendingFrom(PendingEffects.Source source) {
        pending = source;
    }

    /** As it was last computed. Safe from any thread. */
    Projected published() {
        return projected;
    }

    /** With everything that was marked counted in. */
    Projected current() {
        if (!dirtyVms.isEmpty() || !dirtyHosts.isEmpty()) {
            compute();
        } else if (projected.readings() != readings) {
            projected = new Projected(projected.inventory(), projected.planned(), readings);
        }
        return projected;
    }

    /** A reading of the platform was applied, whatever it changed. */
    void readingApplied() {
        readings++;
    }

    /** One VM with everything that was marked counted in, but for its load and who serves it; the rest is not computed for that. */
    Optional<VirtualMachine> withoutLoad(VmId id) {
        if (!dirtyVms.contains(id)) {
            return projected.inventory().vm(id);
        }
        VmRecord record = vms.get(id);
        if (record == null || record.is(VmState.Flag.DELETED)) {
            return Optional.empty();
        }
        PendingEffects effect = pending.pendingOf(id);
        return Optional.of(Projector.project(record, effect, takesPlace(effect), null, record.seen.load()));
    }

    void mark(VmId vm) {
        dirtyVms.add(vm);
    }

    /** A host changed, and with it whatever is or is to be on it. */
    void mark(HostId host) {
        dirtyHosts.add(host);
        dirtyVms.addAll(places.alsoOn(host));
        Inventory now = projected.inventory();
        if (now.host(host).isPresent()) {
            now.vmsOn(host).forEach(vm -> dirtyVms.add(vm.id()));
        }
    }

    void wake(VmType type) {
        nowServing.add(type);
    }

    void wake(ClusterRole role) {
        nowRoomy.add(role);
    }

    /** Takes out what changed since the last time. */
    Changes drainChanges() {
        current();
        Changes changes = new Changes(nowServing, nowRoomy);
        nowServing.clear();
        nowRoomy.clear();
        return changes;
    }

    /** The VMs that are registered, may be running or are to be placed on a host. */
    Set<VmId> vmsAt(HostId host) {
        Inventory now = current().inventory();
        Set<VmId> found = new LinkedHashSet<>(places.alsoOn(host));
        if (now.host(host).isPresent()) {
            now.vmsOn(host).forEach(vm -> found.add(vm.id()));
        }
        return found;
    }

    /** Whether a VM serves itself, with what is about to move counted in. */
    boolean servesItself(VmId vm) {
        return serving.serverOf(vm) == null;
    }

    /** What a VM carries of others, as a fraction of its own allocation. */
    double loadOfOthers(VmRecord server) {
        double load = 0;
        for (VmId owner : serving.ownersOf(server.id())) {
            VmRecord record = vms.get(owner);
            if (record != null) {
                load += record.seen.load()
                        * record.seen.allocation().cpuMillis()
                        / server.seen.allocation().cpuMillis();
            }
        }
        return load;
    }

    private void compute() {
        Inventory before = projected.inventory();
        HashSet<VmId> planned = projected.planned();
        Inventory next = withHosts(before);
        Set<VmId> marked = dirtyVms;
        // A new set: one that was large once takes its time to be cleared for ever.
        dirtyVms = new LinkedHashSet<>();
        List<Affected> affected = new ArrayList<>(marked.size() + 2);
        for (VmId id : marked) {
            Affected one = affected(id);
            affected.add(one);
            reserve(one);
        }
        // Whoever serves more or less than before carries another load.
        for (VmId id : dirtyVms) {
            if (!marked.contains(id)) {
                affected.add(affected(id));
            }
        }
        List<VirtualMachine> changed = new ArrayList<>(affected.size());
        List<VmRecord> changedRecords = new ArrayList<>(affected.size());
        for (Affected one : affected) {
            planned = one.effect().equals(PendingEffects.NONE) ? planned.remove(one.id()) : planned.add(one.id());
            VmRecord record = one.record();
            if (record == null || record.is(VmState.Flag.DELETED)) {
                next = gone(next, one.id(), record);
                continue;
            }
            VirtualMachine vm = project(record, one.effect());
            VirtualMachine was = record.shown == null ? next.vm(vm.id()).orElse(null) : record.shown;
            // What was marked need not have changed.
            if (!vm.equals(was)) {
                changed.add(vm);
                changedRecords.add(record);
                notice(before, was, vm);
            }
        }
        dirtyVms = new LinkedHashSet<>();
        Inventory after = changed.isEmpty() ? next : next.withAll(changed);
        for (int i = 0; i < changed.size(); i++) {
            changedRecords.get(i).shown = changed.get(i);
        }
        for (HostId id : dirtyHosts) {
            if (!hosts.containsKey(id)) {
                after = after.without(id);
            }
        }
        dirtyHosts.clear();
        projected = new Projected(after, planned, readings);
    }

    private Affected affected(VmId id) {
        return new Affected(id, vms.get(id), pending.pendingOf(id));
    }

    private Inventory withHosts(Inventory before) {
        Inventory next = before;
        for (HostId id : dirtyHosts) {
            HostRecord record = hosts.get(id);
            if (record != null) {
                next = next.with(record.asSeen());
            }
        }
        return next;
    }

    /** A VM that was deleted is seen by nobody; what it may still run on is remembered all the same. */
    private Inventory gone(Inventory before, VmId id, @Nullable VmRecord record) {
        before.vm(id).flatMap(vm -> before.host(vm.host())).ifPresent(host -> nowRoomy.add(host.role()));
        leave(places.set(id, record == null ? Set.of() : record.mayRunOn));
        if (record != null) {
            record.shown = null;
        }
        return before.without(id);
    }

    /** Notes which VM serves the requests or is about to, before loads are added up. */
    private void reserve(Affected one) {
        VmRecord record = one.record();
        VmId next = record == null || record.is(VmState.Flag.DELETED) ? null : server(record, one.effect());
        VmId before = serving.set(one.id(), next);
        if (!Objects.equals(before, next)) {
            if (before != null) {
                dirtyVms.add(before);
            }
            if (next != null) {
                dirtyVms.add(next);
            }
        }
    }

    private @Nullable VmId server(VmRecord record, PendingEffects effect) {
        VmId server = effect.server().orElse(record.server());
        if (server.equals(record.id())) {
            return null;
        }
        VmRecord known = vms.get(server);
        return known != null && !known.is(VmState.Flag.DELETED) ? server : null;
    }

    private VirtualMachine project(VmRecord record, PendingEffects effect) {
        VmId id = record.id();
        VmId server = serving.serverOf(id);
        double load = (server == null ? record.seen.load() : 0) + loadOfOthers(record);
        VirtualMachine vm = Projector.project(record, effect, takesPlace(effect), server, load);
        leave(places.set(id, besides(vm.host(), record)));
        return vm;
    }

    /** The hosts on which a VM is registered or may be running besides the one on which it is shown. */
    private static Set<HostId> besides(HostId shown, VmRecord record) {
        HostId registered = record.seen.host();
        boolean isOnlyThere = registered.equals(shown)
                && (record.mayRunOn.isEmpty() || (record.mayRunOn.size() == 1 && record.mayRunOn.contains(shown)));
        if (isOnlyThere) {
            return Set.of();
        }
        Set<HostId> also = new LinkedHashSet<>(record.mayRunOn);
        also.add(registered);
        also.remove(shown);
        return also;
    }

    private boolean takesPlace(PendingEffects effect) {
        return effect.place()
                .map(hosts::get)
                .filter(host -> host.health().runsVms())
                .isPresent();
    }

    /** Where a VM may be no more, there is more room. */
    private void leave(Set<HostId> left) {
        for (HostId id : left) {
            HostRecord host = hosts.get(id);
            if (host != null) {
                nowRoomy.add(host.seen.role());
            }
        }
    }

    /** Notes what a VM's change may help: one serves that did not, or there is more room where it was. */
    private void notice(Inventory inventory, @Nullable VirtualMachine was, VirtualMachine now) {
        if (was == null) {
            nowServing.add(now.type());
            return;
        }
        if (now.isServing() && !was.isServing()) {
            nowServing.add(now.type());
        }
        boolean leftRoom = !was.host().equals(now.host())
                || was.allocation().memoryMiB() > now.allocation().memoryMiB()
                || was.allocation().cpuMillis() > now.allocation().cpuMillis();
        if (leftRoom) {
            inventory.host(was.host()).ifPresent(host -> nowRoomy.add(host.role()));
        }
    }
}
