package io.vmha.sim;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.model.ClusterRole;
import io.vmha.model.CommitRule;
import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.ReplicaSets;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmType;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The databases of a simulated datacenter, and which of its VMs use them. Guarded by the datacenter's monitor. */
final class SimulatedDatabases {
    private final ImmutableList<SimulatedReplicaSet> sets;
    private final ReplicaSets declared;
    private Running running = new Running(Inventory.empty(), Set.of(), Set.of());

    /** Which members run and answer where everything is as in an inventory. */
    private record Running(Inventory actual, Set<MemberId> up, Set<MemberId> reachable) {}

    SimulatedDatabases(Collection<SimulatedReplicaSet> sets) {
        this.sets = ImmutableList.copyOf(sets);
        this.declared = ReplicaSets.of(
                sets.stream().map(set -> set.cluster().declared()).toList());
    }

    /**
     * Makes the sets that VMs use: rows are on the disk of every other member that is connected before they are acknowledged, as the
     * reference design has it.
     *
     * @param vms the VMs that there are, or that come later
     * @param hosts where the hosts are known from
     */
    static List<SimulatedReplicaSet> setsOf(Collection<VirtualMachine> vms, Inventory hosts, InstantSource clock) {
        Map<VmType, Set<MemberId>> members = new LinkedHashMap<>();
        List<VirtualMachine> sorted = vms.stream()
                .sorted(Comparator.comparing((VirtualMachine vm) -> roleOf(vm, hosts))
                        .thenComparing(VirtualMachine::id))
                .toList();
        for (VirtualMachine vm : sorted) {
            if (vm.member().isPresent()) {
                members.computeIfAbsent(vm.type(), type -> new LinkedHashSet<>())
                        .add(MemberId.of(vm.member().get()));
            } else if (vm.type().equals(VmType.DATABASE)) {
                members.computeIfAbsent(vm.type(), type -> new LinkedHashSet<>())
                        .add(ReplicaSet.memberFor(roleOf(vm, hosts)));
            }
        }
        boolean isByRole = sorted.stream()
                .noneMatch(
                        vm -> vm.type().equals(VmType.DATABASE) && vm.member().isPresent());
        if (isByRole) {
            members.put(
                    VmType.DATABASE,
                    new LinkedHashSet<>(
                            ReplicaSet.ofClusterRoles(ReplicaSetId.of("any")).memberIds()));
        }
        List<SimulatedReplicaSet> made = new ArrayList<>();
        members.forEach((type, ids) -> made.add(set(type, List.copyOf(ids), clock)));
        return made;
    }

    private static ClusterRole roleOf(VirtualMachine vm, Inventory hosts) {
        return hosts.host(vm.host()).map(host -> host.role()).orElse(ClusterRole.PRIMARY);
    }

    private static SimulatedReplicaSet set(VmType type, List<MemberId> members, InstantSource clock) {
        SimulatedReplicaSet set = new SimulatedReplicaSet(idFor(type), members, clock);
        if (members.size() > 1) {
            set.commitRule(new CommitRule(
                    CommitRule.Kind.PRIORITY,
                    members.size() - 1,
                    ImmutableSet.copyOf(members),
                    0,
                    false,
                    CommitRule.Durability.FLUSHED));
        }
        return set;
    }

    /** The name of the set that VMs of a type share. */
    static ReplicaSetId idFor(VmType type) {
        return ReplicaSetId.of(type.toString().toLowerCase(Locale.ROOT));
    }

    List<SimulatedReplicaSet> sets() {
        return sets;
    }

    List<DatabaseCluster> clusters(Runnable refresh) {
        sets.forEach(set -> set.refreshBy(refresh));
        return sets.stream().map(SimulatedReplicaSet::cluster).toList();
    }

    Set<MemberId> writers() {
        Set<MemberId> writers = new HashSet<>();
        sets.forEach(set -> writers.addAll(set.wouldWrite()));
        return writers;
    }

    Optional<MemberId> memberOf(VirtualMachine vm, Inventory actual) {
        return declared.memberOf(vm, () -> roleOf(vm, actual));
    }

    /** Has each member run while one of its VMs does, and answer while one does that can be reached. */
    void run(Inventory actual) {
        if (!running.actual().equals(actual)) {
            running = runningIn(actual);
        }
        for (SimulatedReplicaSet set : sets) {
            for (SimulatedMember member : set.all()) {
                set.runs(
                        member.id(),
                        running.up().contains(member.id()),
                        running.reachable().contains(member.id()));
            }
        }
    }

    private Running runningIn(Inventory actual) {
        Set<MemberId> up = new HashSet<>();
        Set<MemberId> reachable = new HashSet<>();
        for (VirtualMachine vm : actual.vms()) {
            Optional<MemberId> member = memberOf(vm, actual);
            HostHealth health = actual.hostOf(vm).health();
            if (member.isEmpty() || vm.power() != PowerState.ON || health == HostHealth.DOWN) {
                continue;
            }
            up.add(member.get());
            if (health != HostHealth.UNREACHABLE) {
                reachable.add(member.get());
            }
        }
        return new Running(actual, up, reachable);
    }
}
