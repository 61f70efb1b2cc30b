package io.vmha.center;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a center knows: the inventory, which machines are confirmed off, and where requests really go while a redirect is
 * decided but not done. It tells the journal of every machine and host that is not as it should be.
 *
 * <p>Confined to the center's loop, except that the inventory and what is confirmed off may be read from any thread.
 */
final class KnownState {
    private final Set<VmId> confirmedOff = ConcurrentHashMap.newKeySet();
    private final Map<VmId, VmId> servers = new HashMap<>();
    private final SetMultimap<VmId, VmId> ownersByServer = LinkedHashMultimap.create();
    private final Set<VmId> troubledVms = new HashSet<>();
    private final Set<HostId> troubledHosts = new HashSet<>();
    private volatile Inventory inventory;

    KnownState(Inventory base, JournalState journal) {
        Inventory known = base;
        for (Host host : journal.hosts()) {
            if (base.host(host.id()).isPresent()) {
                known = known.with(host);
                troubledHosts.add(host.id());
            }
        }
        for (JournalEntry.VmTroubled troubled : journal.vms()) {
            VirtualMachine vm = troubled.vm();
            if (base.vm(vm.id()).isPresent() && base.host(vm.host()).isPresent()) {
                known = known.with(vm);
                troubledVms.add(vm.id());
                if (troubled.confirmedOff()) {
                    confirmedOff.add(vm.id());
                }
            }
        }
        this.inventory = known;
        known.vms().forEach(vm -> vm.servedBy().ifPresent(server -> routed(vm.id(), server)));
    }

    Inventory inventory() {
        return inventory;
    }

    /** Replaces the inventory and returns what the journal should know of the machines and hosts that may have changed. */
    List<JournalEntry> replace(Inventory next, Collection<VmId> vms, Collection<HostId> hosts) {
        Inventory before = inventory;
        inventory = next;
        ImmutableList.Builder<JournalEntry> entries = ImmutableList.builder();
        for (HostId host : hosts) {
            if (!before.host(host).equals(next.host(host))) {
                entryFor(host).ifPresent(entries::add);
            }
        }
        for (VmId vm : vms) {
            if (!before.vm(vm).equals(next.vm(vm))) {
                entryFor(vm).ifPresent(entries::add);
            }
        }
        return entries.build();
    }

    /** Takes over what the orchestrator knows: a machine that it says is on is confirmed off no more. */
    List<JournalEntry> update(Inventory next) {
        Set<VmId> runAgain = confirmedOff.stream()
                .filter(id -> next.vm(id).map(vm -> vm.power() == PowerState.ON).orElse(true))
                .collect(ImmutableSet.toImmutableSet());
        // Before anything is told to the journal: the next center believes what stands there.
        confirmedOff.removeAll(runAgain);
        List<JournalEntry> changed = replace(next, List.copyOf(troubledVms), List.copyOf(troubledHosts));
        return ImmutableList.<JournalEntry>builder()
                .addAll(changed)
                .addAll(entriesFor(runAgain))
                .build();
    }

    private List<JournalEntry> entriesFor(Collection<VmId> vms) {
        return vms.stream().flatMap(vm -> entryFor(vm).stream()).toList();
    }

    private Optional<JournalEntry> entryFor(HostId id) {
        Optional<Host> host = inventory.host(id).filter(found -> found.health() != HostHealth.UP);
        if (host.isPresent()) {
            troubledHosts.add(id);
            return Optional.of(new JournalEntry.HostTroubled(host.get()));
        }
        return troubledHosts.remove(id) ? Optional.of(new JournalEntry.HostSound(id)) : Optional.empty();
    }

    private Optional<JournalEntry> entryFor(VmId id) {
        Optional<VirtualMachine> vm = inventory
                .vm(id)
                .filter(found ->
                        found.health() == VmHealth.FAILED || found.servedBy().isPresent());
        if (vm.isPresent()) {
            troubledVms.add(id);
            return Optional.of(new JournalEntry.VmTroubled(vm.get(), confirmedOff.contains(id)));
        }
        return troubledVms.remove(id) ? Optional.of(new JournalEntry.VmSound(id)) : Optional.empty();
    }

    boolean isConfirmedOff(VmId vm) {
        return confirmedOff.contains(vm);
    }

    /** Marks a machine as confirmed off and returns what the journal should know of it. */
    List<JournalEntry> confirmOff(VmId vm) {
        confirmedOff.add(vm);
        return entryFor(vm).map(List::of).orElse(List.of());
    }

    /** A machine was taken to be off and is not; returns what the journal should know of it. */
    List<JournalEntry> notOff(VmId vm) {
        return confirmedOff.remove(vm) ? entriesFor(List.of(vm)) : List.of();
    }

    /** A machine may run from now on: it is about to be powered on. */
    void mayRun(VmId vm) {
        confirmedOff.remove(vm);
    }

    /** Which machine requests really go to: what is decided but not done does not count. */
    VmId serverOf(VmId owner) {
        return servers.getOrDefault(owner, owner);
    }

    /** The machines whose requests really go to the given one, itself included unless its own go elsewhere. */
    Set<VmId> ownersServedBy(VmId server) {
        ImmutableSet.Builder<VmId> owners = ImmutableSet.builder();
        if (serverOf(server).equals(server)) {
            owners.add(server);
        }
        return owners.addAll(ownersByServer.get(server)).build();
    }

    void routed(VmId owner, VmId server) {
        VmId before = servers.remove(owner);
        if (before != null) {
            ownersByServer.remove(before, owner);
        }
        if (!owner.equals(server)) {
            servers.put(owner, server);
            ownersByServer.put(server, owner);
        }
    }
}
