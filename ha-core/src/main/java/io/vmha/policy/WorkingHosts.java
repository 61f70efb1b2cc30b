package io.vmha.policy;

import com.google.common.collect.Iterables;
import com.google.common.collect.Sets;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostAllocation;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The hosts to which VMs may be moved, or on which failed ones may be powered on again or cloned anew, with the room that
 * earlier decisions of the same batch took: sound ones of the VM's own cluster, those in quarantine last, the least full first
 * afterwards, then by id.
 *
 * <p>Reads the inventory's hosts, the least full first, only as far as it needs to, and changes nothing in it. For each size of
 * VM there is a queue of those that were read. The hosts that placed VMs leave stand apart, since they get emptier too. Made
 * for one decision and thrown away; confined to the thread that made it.
 */
final class WorkingHosts {
    private record Key(Cluster cluster, Resources allocation) {}

    /** The hosts of a cluster that are in quarantine, or the others. */
    private record Cluster(ClusterRole role, boolean inQuarantine) {}

    /** One VM that looks for a host; a live one keeps running meanwhile. */
    private record Move(VirtualMachine vm, Host from, boolean isLive, Supplier<Inventory> now) {}

    private final PolicyRules rules;
    private final Inventory inventory;
    private final Set<HostId> lostHosts;
    private final Set<HostId> notQueued;
    private final Map<HostId, WorkingRoom> sources = new LinkedHashMap<>(0);
    private final Map<Cluster, List<WorkingRooms>> rooms = new HashMap<>();
    private final Map<Key, RoomQueue> queues = new HashMap<>();

    /** The lost hosts take nothing; the sources are other hosts, on which VMs are that will be placed. */
    WorkingHosts(PolicyRules rules, Inventory inventory, Set<HostId> lostHosts, Set<HostId> sources) {
        this.rules = rules;
        this.inventory = inventory;
        this.lostHosts = lostHosts;
        this.notQueued = union(lostHosts, sources);
        for (HostId id : sources) {
            Host host = inventory.requireHost(id);
            if (host.takesMachines()) {
                this.sources.put(id, new WorkingRoom(new HostAllocation(host, inventory.allocatedOn(id))));
            }
        }
    }

    /** Without a view over both where one is empty, as it nearly always is: it is asked for each host that is read. */
    private static Set<HostId> union(Set<HostId> left, Set<HostId> right) {
        if (left.isEmpty()) {
            return right;
        }
        return right.isEmpty() ? left : Sets.union(left, right);
    }

    /** Chooses a host for a VM that is off meanwhile, and takes the room there; empty if none may take it. */
    Optional<Host> place(VirtualMachine vm, Supplier<Inventory> now) {
        return place(new Move(vm, inventory.hostOf(vm), false, now));
    }

    /** Chooses a host for a VM that runs, and takes the room there; empty if none may take it. */
    Optional<Host> placeLive(VirtualMachine vm, Supplier<Inventory> now) {
        return place(new Move(vm, inventory.hostOf(vm), true, now));
    }

    private Optional<Host> place(Move move) {
        VirtualMachine vm = move.vm();
        WorkingRoom own = sources.get(vm.host());
        if (own != null) {
            own.leave(vm);
        }
        WorkingRoom chosen = chosen(move, false);
        if (chosen == null) {
            chosen = chosen(move, true);
        }
        if (chosen != null) {
            chosen.take(vm);
        } else if (own != null) {
            own.stay(vm);
        }
        return Optional.ofNullable(chosen).map(WorkingRoom::host);
    }

    private @Nullable WorkingRoom chosen(Move move, boolean inQuarantine) {
        Key key =
                new Key(new Cluster(move.from().role(), inQuarantine), move.vm().allocation());
        WorkingRoom chosen = leastFull(queues.computeIfAbsent(key, this::queue), move);
        for (WorkingRoom source : sources.values()) {
            if (source.host().inQuarantine() == inQuarantine) {
                chosen = better(source, chosen, move);
            }
        }
        return chosen;
    }

    private RoomQueue queue(Key key) {
        return new RoomQueue(key.allocation(), rooms(key.cluster()));
    }

    private List<WorkingRooms> rooms(Cluster cluster) {
        return rooms.computeIfAbsent(cluster, wanted -> {
            List<WorkingRooms> groups = new ArrayList<>();
            for (Iterable<HostAllocation> group : inventory.placeableByCapacity(wanted.role())) {
                Iterator<HostAllocation> hosts = group.iterator();
                // All of a group are in quarantine, or none is.
                if (hosts.hasNext() && group.iterator().next().host().inQuarantine() == wanted.inQuarantine()) {
                    groups.add(new WorkingRooms(hosts, notQueued));
                }
            }
            return groups;
        });
    }

    private @Nullable WorkingRoom leastFull(RoomQueue queue, Move move) {
        List<WorkingRoom> refused = new ArrayList<>(0);
        WorkingRoom least = queue.leastFull();
        while (least != null && refusal(move, least) != null) {
            queue.removeLeastFull();
            refused.add(least);
            least = queue.leastFull();
        }
        refused.forEach(queue::add);
        return least;
    }

    private @Nullable WorkingRoom better(WorkingRoom source, @Nullable WorkingRoom best, Move move) {
        Resources added = move.vm().allocation();
        double fullness = source.fullnessWith(added);
        if (source.host().role() != move.from().role() || fullness > RoomQueue.FULL) {
            return best;
        }
        int order = best == null ? -1 : Double.compare(fullness, best.fullnessWith(added));
        if (best != null && order == 0) {
            order = source.host().id().compareTo(best.host().id());
        }
        return order < 0 && refusal(move, source) == null ? source : best;
    }

    /** The rule, other than room, by which a sound host of the cluster may not take the VM; null if it may. */
    private @Nullable Reason refusal(Move move, WorkingRoom room) {
        if (move.isLive() && !HostPlacement.hasSameCpu(move.from(), room.host())) {
            return Reason.INCOMPATIBLE_CPU;
        }
        if (rules.placementRefusal(move.vm(), room.host(), move.now()).isPresent()) {
            return Reason.RULE;
        }
        return room.keepsAntiAffinity(move.vm(), inventory) ? null : Reason.ANTI_AFFINITY;
    }

    /** Why no host takes a VM that is off meanwhile: the reason of the host that passes most rules. */
    Reason whyNone(VirtualMachine vm, Supplier<Inventory> now) {
        return whyNone(new Move(vm, inventory.hostOf(vm), false, now));
    }

    /** Why no host takes a VM that runs: the reason of the host that passes most rules. */
    Reason whyNoneLive(VirtualMachine vm, Supplier<Inventory> now) {
        return whyNone(new Move(vm, inventory.hostOf(vm), true, now));
    }

    private Reason whyNone(Move move) {
        ClusterRole role = move.from().role();
        Reason reason = null;
        for (WorkingRoom source : sources.values()) {
            if (source.host().role() == role) {
                reason = further(reason, refusal(move, source));
            }
        }
        for (WorkingRooms group : Iterables.concat(rooms(new Cluster(role, false)), rooms(new Cluster(role, true)))) {
            WorkingRoom room = group.at(0);
            // Once a host lacks nothing but room, none can pass more.
            for (int next = 1; room != null && reason != Reason.NO_CAPACITY; next++) {
                reason = further(reason, refusal(move, room));
                room = group.at(next);
            }
        }
        if (reason != null) {
            return reason;
        }
        boolean inMaintenance = Iterables.any(
                inventory.hosts(),
                host -> host.inMaintenance()
                        && host.role() == role
                        && host.health() == HostHealth.UP
                        && !lostHosts.contains(host.id()));
        return inMaintenance ? Reason.HOST_IN_MAINTENANCE : Reason.NO_CAPACITY;
    }

    /** Of two refusals the one by the later rule; none at all means that only the room is lacking. */
    private static Reason further(@Nullable Reason known, @Nullable Reason refusal) {
        if (refusal == null) {
            return Reason.NO_CAPACITY;
        }
        return known != null && place(known) > place(refusal) ? known : refusal;
    }

    private static int place(Reason reason) {
        return switch (reason) {
            case INCOMPATIBLE_CPU -> 1;
            case RULE -> 2;
            case ANTI_AFFINITY -> 3;
            default -> 4;
        };
    }
}
