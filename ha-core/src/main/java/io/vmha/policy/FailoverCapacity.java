package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Says which failures the inventory survives: which single hosts, pairs of hosts and racks can fail with every machine's
 * requests still served, and which machine would be left out where not. Admission control, as other HA products have it,
 * asks the same of an inventory with one machine more.
 *
 * <p>It asks the policy itself what it would decide, so that what it says is what would happen. Pure and thread-safe if the
 * policy is.
 *
 * @see HaPolicies#capacity
 */
public final class FailoverCapacity {
    private final FailoverPolicy policy;
    private final PolicyRules rules;

    FailoverCapacity(FailoverPolicy policy, PolicyRules rules) {
        this.policy = policy;
        this.rules = rules;
    }

    /**
     * A machine that would be left out.
     *
     * @param vm the machine
     * @param reason why nothing could be done about it
     */
    public record LeftOut(VmId vm, Reason reason) {}

    /**
     * What would come of a failure of some hosts at once.
     *
     * @param failed the hosts
     * @param leftOut the machines that nothing could be done about, in order of priority; empty if the failure is survived
     */
    public record Survival(Set<HostId> failed, List<LeftOut> leftOut) {

        /** Copies the collections. */
        public Survival {
            failed = ImmutableSet.copyOf(failed);
            leftOut = ImmutableList.copyOf(leftOut);
        }

        /** Whether every machine's requests would still be served. */
        public boolean isSurvived() {
            return leftOut.isEmpty();
        }
    }

    /**
     * Returns what would come of a failure of those hosts at once.
     *
     * @throws IllegalArgumentException if one of them is not in the inventory
     */
    public Survival ifFails(Inventory inventory, Collection<HostId> hosts) {
        Set<HostId> failed = new TreeSet<>(hosts);
        Inventory down = inventory;
        for (HostId host : failed) {
            inventory.requireHost(host);
            down = FaultEffects.apply(down, hostDown(host));
        }
        List<LeftOut> leftOut = new ArrayList<>();
        for (HostId host : failed) {
            Decision decision = policy.decide(down, hostDown(host));
            decision.parts().stream()
                    .filter(SubjectDecision.NoTarget.class::isInstance)
                    .map(SubjectDecision.NoTarget.class::cast)
                    .filter(part -> wasServing(inventory, part.vm()))
                    .forEach(part -> leftOut.add(new LeftOut(part.vm(), part.reason())));
            down = DecisionEffects.apply(down, decision);
        }
        return new Survival(failed, leftOut);
    }

    /** A machine that served nothing before is not left out by a failure. */
    private static boolean wasServing(Inventory inventory, VmId vm) {
        return inventory.requireVm(vm).isServing();
    }

    /** Returns what would come of each single host's failure, by host. */
    public List<Survival> singleHosts(Inventory inventory) {
        return hosts(inventory).stream()
                .map(host -> ifFails(inventory, List.of(host)))
                .toList();
    }

    /** Returns what would come of each pair of hosts failing at once; n hosts make n(n-1)/2 pairs. */
    public List<Survival> hostPairs(Inventory inventory) {
        List<HostId> hosts = hosts(inventory);
        ImmutableList.Builder<Survival> pairs = ImmutableList.builder();
        for (int i = 0; i < hosts.size(); i++) {
            for (int j = i + 1; j < hosts.size(); j++) {
                pairs.add(ifFails(inventory, List.of(hosts.get(i), hosts.get(j))));
            }
        }
        return pairs.build();
    }

    /** Returns what would come of each rack's failure, by rack; hosts whose rack is unknown are in none. */
    public List<Survival> racks(Inventory inventory) {
        TreeMap<String, Set<HostId>> racks = new TreeMap<>();
        inventory
                .hosts()
                .forEach(host -> host.rack()
                        .ifPresent(rack -> racks.computeIfAbsent(rack.value(), name -> new TreeSet<>())
                                .add(host.id())));
        return racks.values().stream().map(hosts -> ifFails(inventory, hosts)).toList();
    }

    /**
     * Says whether a machine may be added: its host has the room, keeps anti-affinity and the user's rules, and every machine that could be
     * served after its host's failure before can be so afterwards, itself included.
     *
     * @return why not, for a person; empty if it may
     * @throws IllegalArgumentException if its host is not in the inventory
     */
    public Optional<String> refusalOf(Inventory inventory, VirtualMachine added) {
        Host host = inventory.requireHost(added.host());
        Optional<String> placement = new HostPlacement(rules, added, host, inventory, false).refusal(host);
        if (placement.isPresent()) {
            return placement.map(why -> "host " + host.id() + " cannot take " + added.id() + ": " + why);
        }
        Survival before = ifFails(inventory, List.of(host.id()));
        Survival after = ifFails(inventory.with(added), List.of(host.id()));
        return after.leftOut().stream()
                .filter(left -> !before.leftOut().contains(left))
                .findFirst()
                .map(left -> "with " + added.id() + " on " + host.id() + ", a failure of that host would leave "
                        + left.vm() + " out: " + left.reason());
    }

    private static List<HostId> hosts(Inventory inventory) {
        return inventory.hosts().stream().map(Host::id).sorted().toList();
    }

    private static FaultReport hostDown(HostId host) {
        return FaultReport.ofHost(host, FaultKind.HOST_DOWN, Instant.EPOCH, "failover-capacity", 0);
    }
}
