package io.vmha.scenario;

import com.google.common.collect.ImmutableSortedSet;
import io.vmha.center.ManagementCenter;
import io.vmha.center.journal.PlanJournal;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Looks at the end of a run. Confined to the scenario's thread. */
record ScenarioEnd(SimulatedWorld world, ManagementCenter center, ScenarioClock clock) {

    /**
     * What there is at the end.
     *
     * @param journal the center's, which writes to it no more after that
     */
    FinalState read(PlanJournal journal) {
        List<FinalState.Unmet> unmet = FinalState.unmet(answer(center.unmet()), ScenarioRun::seconds);
        List<FinalState.Held> held = FinalState.held(answer(center.plans()));
        // The journal is taken over for it: after that the center is asked nothing more.
        Map<VmId, SortedSet<HostId>> possibleHosts = possibleHosts(journal);
        return new FinalState(finalInventory(), servedByOthers(), possibleHosts, unmet, held);
    }

    /** Power and place as they really are, health as the center knows it. */
    private Inventory finalInventory() {
        Inventory known = center.inventory();
        Inventory end = world.actual();
        for (VirtualMachine vm : world.actual().vms()) {
            end = end.with(
                    vm.withHealth(known.vm(vm.id()).map(VirtualMachine::health).orElse(vm.health())));
        }
        for (Host host : world.actual().hosts()) {
            end = end.with(known.host(host.id()).orElse(host));
        }
        return end;
    }

    /** As the next center would find it in the journal: only there it stands for every VM. */
    private Map<VmId, SortedSet<HostId>> possibleHosts(PlanJournal journal) {
        Map<VmId, SortedSet<HostId>> possible = new TreeMap<>();
        journal.open(Long.MAX_VALUE).vms().stream()
                .filter(vm -> vm.mayRunOn().size() > 1)
                .filter(vm -> world.actual().vm(vm.vm().id()).isPresent())
                .forEach(vm -> possible.put(vm.vm().id(), ImmutableSortedSet.copyOf(vm.mayRunOn())));
        return possible;
    }

    /** A center that crashed answers nothing. */
    private <T> List<T> answer(CompletionStage<List<T>> question) {
        CompletableFuture<List<T>> answer = question.toCompletableFuture();
        clock.settle();
        return answer.getNow(List.of());
    }

    private Map<VmId, VmId> servedByOthers() {
        Map<VmId, VmId> others = new TreeMap<>(world.datacenter().routes());
        others.entrySet()
                .removeIf(route -> route.getKey().equals(route.getValue())
                        || world.actual().vm(route.getKey()).isEmpty());
        return others;
    }
}
