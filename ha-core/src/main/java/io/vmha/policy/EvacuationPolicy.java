package io.vmha.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Empties a host by live migration, for maintenance or since a part of it is failing.
 *
 * <p>A VM goes to a sound host of the same cluster with the same CPU platform and microcode (rule 1 of the reference
 * design), with room for it, that keeps anti-affinity and the user's {@link PlacementRule}s; the least full one afterwards, then
 * by id. The highest priority goes first, then by id. What cannot move is said, with the reason of the host that passes most of
 * these rules. VMs that do not run stay where they are. Immutable and thread-safe; its functions are pure.
 *
 * @see HaPolicies#evacuation
 */
public final class EvacuationPolicy {
    private final PolicyRules rules;

    EvacuationPolicy(PolicyRules rules) {
        this.rules = rules;
    }

    /**
     * Returns where the running VMs of a host go. From one that is lost none can be moved.
     *
     * @param inventory what there is
     * @param id the host that is to be empty
     * @param trigger why: {@link Trigger#MAINTENANCE} or {@link Trigger#HOST_DEGRADED}
     * @return a part for each running VM; no parts where none runs, or the host is lost
     * @throws IllegalArgumentException if the trigger is another, or there is no such host
     */
    public Decision decide(Inventory inventory, HostId id, Trigger trigger) {
        return decide(inventory, inventory.vmsOn(id), ImmutableSet.of(id), trigger);
    }

    /**
     * Returns where some VMs go that should leave their hosts; none goes to a host that another of them leaves. From a host that is lost
     * none can be moved.
     *
     * @param inventory what there is
     * @param vms the VMs, of one host or several
     * @param trigger why: {@link Trigger#MAINTENANCE} or {@link Trigger#HOST_DEGRADED}
     * @return a part for each of them that runs on a host that is not lost; no parts where there is none
     * @throws IllegalArgumentException if the trigger is another, or there is no such VM
     */
    public Decision decide(Inventory inventory, Collection<VmId> vms, Trigger trigger) {
        List<VirtualMachine> leaving =
                ImmutableSet.copyOf(vms).stream().map(inventory::requireVm).toList();
        Set<HostId> hosts = leaving.stream().map(VirtualMachine::host).collect(ImmutableSet.toImmutableSet());
        return decide(inventory, leaving, hosts, trigger);
    }

    private Decision decide(Inventory inventory, List<VirtualMachine> vms, Set<HostId> from, Trigger trigger) {
        checkArgument(
                trigger == Trigger.MAINTENANCE || trigger == Trigger.HOST_DEGRADED,
                "an evacuation is for MAINTENANCE or HOST_DEGRADED: %s",
                trigger);
        List<VirtualMachine> running = vms.stream()
                .filter(vm -> vm.power() == PowerState.ON
                        && inventory.hostOf(vm).health().runsVms())
                .sorted(HighestPriorityFirst.ORDER)
                .toList();
        ImmutableList.Builder<SubjectDecision> parts = ImmutableList.builder();
        WorkingHosts hosts = new WorkingHosts(rules, inventory, from, ImmutableSet.of());
        Inventory soFar = inventory;
        for (VirtualMachine vm : running) {
            SubjectDecision part = decide(soFar, vm, trigger, hosts);
            parts.add(part);
            soFar = DecisionEffects.apply(soFar, part);
        }
        return DecisionBatch.of(parts.build());
    }

    private SubjectDecision decide(Inventory inventory, VirtualMachine vm, Trigger trigger, WorkingHosts hosts) {
        Optional<Host> target = hosts.placeLive(vm, () -> inventory);
        return target.isPresent()
                ? moves(inventory, vm, trigger, target.get())
                : stays(inventory, vm, trigger, hosts.whyNoneLive(vm, () -> inventory));
    }

    private SubjectDecision moves(Inventory inventory, VirtualMachine vm, Trigger trigger, Host host) {
        return new SubjectDecision.Migrate(
                vm.id(),
                trigger,
                vm.host(),
                host.id(),
                host.role(),
                Explanation.of(
                        () -> String.format(
                                Locale.ROOT,
                                "%s moves from %s to %s, the least full %s host with room and the same CPU",
                                vm.id(),
                                vm.host(),
                                host.id(),
                                host.role()),
                        () -> Explanations.hosts(Optional.of(host), placement(inventory, vm), inventory)));
    }

    private SubjectDecision stays(Inventory inventory, VirtualMachine vm, Trigger trigger, Reason reason) {
        return new SubjectDecision.Blocked(
                new FaultSubject.OfVm(vm.id()),
                trigger,
                reason,
                Explanation.of(
                        () -> vm.id() + " cannot leave " + vm.host() + " by live migration: "
                                + Explanations.words(reason),
                        () -> Explanations.hosts(Optional.empty(), placement(inventory, vm), inventory)));
    }

    private HostPlacement placement(Inventory inventory, VirtualMachine vm) {
        return new HostPlacement(rules, vm, inventory.hostOf(vm), inventory, true);
    }
}
