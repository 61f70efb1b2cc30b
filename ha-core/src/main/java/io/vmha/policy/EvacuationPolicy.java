package io.vmha.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableHost;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Empties a host by live migration, for maintenance or since a part of it is failing.
 *
 * <p>A machine goes to a sound host of the same cluster with the same CPU platform and microcode (rule 1 of the reference
 * design), with room for it, that keeps anti-affinity; the least full one afterwards, then by id. The highest priority goes
 * first, then by id. What cannot move is said, with why. Machines that do not run stay where they are. Pure functions.
 */
public final class EvacuationPolicy {
    /** Makes the policy; it has no choices. */
    public EvacuationPolicy() {}

    /**
     * Returns where the running machines of a host go.
     *
     * @param inventory what there is
     * @param id the host that is to be empty
     * @param trigger why: {@link Trigger#MAINTENANCE} or {@link Trigger#HOST_DEGRADED}
     * @return a part for each running machine; no parts where none runs
     * @throws IllegalArgumentException if the trigger is another, or there is no such host
     */
    public Decision decide(Inventory inventory, HostId id, Trigger trigger) {
        checkArgument(
                trigger == Trigger.MAINTENANCE || trigger == Trigger.HOST_DEGRADED,
                "an evacuation is for MAINTENANCE or HOST_DEGRADED: %s",
                trigger);
        List<VirtualMachine> running = inventory.vmsOn(id).stream()
                .filter(vm -> vm.power() == PowerState.ON)
                .sorted(HighestPriorityFirst.ORDER)
                .toList();
        ImmutableList.Builder<SubjectDecision> parts = ImmutableList.builder();
        WorkingHosts hosts = new WorkingHosts(inventory, ImmutableSet.of(id));
        Host from = inventory.requireHost(id);
        Inventory soFar = inventory;
        for (VirtualMachine vm : running) {
            Optional<Host> target =
                    from.cpuPlatform().isEmpty() ? Optional.empty() : hosts.place(vm, host -> hasSameCpu(from, host));
            SubjectDecision part = decide(soFar, vm, trigger, target);
            parts.add(part);
            soFar = DecisionEffects.apply(soFar, part);
        }
        List<SubjectDecision> all = parts.build();
        return all.size() == 1 ? all.get(0) : new DecisionBatch(all);
    }

    private static SubjectDecision decide(
            Inventory inventory, VirtualMachine vm, Trigger trigger, Optional<Host> target) {
        Host from = inventory.hostOf(vm);
        return target.<SubjectDecision>map(host -> new SubjectDecision.Migrate(
                        vm.id(),
                        trigger,
                        from.id(),
                        host.id(),
                        host.role(),
                        Explanation.of(
                                () -> String.format(
                                        Locale.ROOT,
                                        "%s moves from %s to %s, the least full %s host with room and the same CPU",
                                        vm.id(),
                                        from.id(),
                                        host.id(),
                                        host.role()),
                                () -> candidates(Optional.of(host), vm, inventory))))
                .orElseGet(() -> stays(inventory, vm, trigger));
    }

    private static SubjectDecision stays(Inventory inventory, VirtualMachine vm, Trigger trigger) {
        Reason reason = whyNone(inventory, vm);
        return new SubjectDecision.Blocked(
                new FaultSubject.OfVm(vm.id()),
                trigger,
                reason,
                Explanation.of(
                        () -> vm.id() + " cannot leave " + vm.host() + " by live migration: "
                                + reason.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        () -> candidates(Optional.empty(), vm, inventory)));
    }

    /** The reason that stands alone between the machine and a host that would do otherwise. */
    private static Reason whyNone(Inventory inventory, VirtualMachine vm) {
        Host from = inventory.hostOf(vm);
        boolean cpuAlone = inventory.hosts().stream()
                .filter(host -> !host.id().equals(from.id()))
                .anyMatch(
                        host -> HostPlacement.refusal(vm, from, host, inventory).isEmpty());
        if (cpuAlone) {
            return Reason.INCOMPATIBLE_CPU;
        }
        boolean maintenanceAlone = inventory.hosts().stream()
                .filter(Host::inMaintenance)
                .map(host -> (Host) ImmutableHost.copyOf(host).withInMaintenance(false))
                .anyMatch(host -> refusal(vm, from, host, inventory).isEmpty());
        return maintenanceAlone ? Reason.HOST_IN_MAINTENANCE : Reason.NO_CAPACITY;
    }

    private static Optional<String> refusal(VirtualMachine vm, Host from, Host host, Inventory inventory) {
        if (host.id().equals(from.id())) {
            return Optional.of("it is the host to be emptied");
        }
        Optional<String> refusal = HostPlacement.refusal(vm, from, host, inventory);
        if (refusal.isPresent()) {
            return refusal;
        }
        return hasSameCpu(from, host)
                ? Optional.empty()
                : Optional.of("its CPU platform is not the same, or not known");
    }

    private static boolean hasSameCpu(Host from, Host host) {
        return from.cpuPlatform().isPresent() && from.cpuPlatform().equals(host.cpuPlatform());
    }

    private static List<Explanation.Candidate> candidates(
            Optional<Host> chosen, VirtualMachine vm, Inventory inventory) {
        Host from = inventory.hostOf(vm);
        ImmutableList.Builder<Explanation.Candidate> list = ImmutableList.builder();
        chosen.ifPresent(host -> list.add(new Explanation.Candidate(host.id().value(), true, "chosen")));
        inventory.hosts().stream()
                .filter(host ->
                        chosen.isEmpty() || !host.id().equals(chosen.get().id()))
                .sorted(Comparator.comparing(Host::id))
                .forEach(host -> list.add(new Explanation.Candidate(
                        host.id().value(),
                        false,
                        refusal(vm, from, host, inventory).orElse("fuller afterwards, or later by name"))));
        return list.build();
    }
}
