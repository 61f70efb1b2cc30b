package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The end of a scenario as rows: one column for each key of the output, in its order, the absent ones left out. The values are
 * texts, numbers and lists of texts.
 */
record FinalRows(
        List<Map<String, Object>> hosts,
        List<Map<String, Object>> vms,
        List<Map<String, Object>> unmet,
        List<Map<String, Object>> held) {

    static FinalRows of(FinalState end) {
        return new FinalRows(
                end.inventory().hosts().stream()
                        .sorted(Comparator.comparing(Host::id))
                        .map(host -> host(host, end.inventory()))
                        .collect(ImmutableList.toImmutableList()),
                end.inventory().vms().stream()
                        .sorted(Comparator.comparing(VirtualMachine::id))
                        .map(vm -> vm(vm, end))
                        .collect(ImmutableList.toImmutableList()),
                end.unmet().stream().map(FinalRows::unmet).collect(ImmutableList.toImmutableList()),
                end.held().stream().map(FinalRows::held).collect(ImmutableList.toImmutableList()));
    }

    /** All of them. */
    List<Map<String, Object>> all() {
        return ImmutableList.<Map<String, Object>>builder()
                .addAll(hosts)
                .addAll(vms)
                .addAll(unmet)
                .addAll(held)
                .build();
    }

    private static Map<String, Object> host(Host host, Inventory end) {
        Resources free = end.freeOn(host.id());
        return ImmutableMap.of(
                "id", host.id().value(),
                "health", host.health().name(),
                "freeCpuMillis", free.cpuMillis(),
                "freeMemoryMiB", free.memoryMiB());
    }

    private static Map<String, Object> vm(VirtualMachine vm, FinalState end) {
        ImmutableMap.Builder<String, Object> row = ImmutableMap.builder();
        row.put("id", vm.id().value());
        Optional<SortedSet<HostId>> possible =
                Optional.ofNullable(end.possibleHosts().get(vm.id()));
        possible.ifPresentOrElse(
                hosts -> row.put(
                        "possibleHosts", hosts.stream().map(HostId::value).collect(ImmutableList.toImmutableList())),
                () -> row.put("host", vm.host().value()));
        row.put("power", vm.power().name());
        row.put("health", vm.health().name());
        Optional.ofNullable(end.servedBy().get(vm.id())).ifPresent(server -> row.put("servedBy", server.value()));
        return row.buildOrThrow();
    }

    private static Map<String, Object> unmet(FinalState.Unmet unmet) {
        return ImmutableMap.of(
                "subject", unmet.subject(),
                "need", unmet.need(),
                "reason", unmet.reason().name(),
                "since", unmet.sinceSeconds());
    }

    private static Map<String, Object> held(FinalState.Held held) {
        return ImmutableMap.of(
                "plan", held.plan().value(), "reason", held.reason().name());
    }
}
