package io.vmha.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A generated inventory and the failures to measure on it, read from a file that {@code inventories/generate.py} wrote.
 *
 * @param hosts all hosts
 * @param vms all machines
 * @param oneHost failure A: a primary host of about ten machines
 * @param oneVm failure B: a machine on a primary host
 * @param rack failure C: all hosts of a rack
 * @param stream failure D: a thousand hosts, one after the other
 */
record Workload(
        List<Host> hosts,
        List<VirtualMachine> vms,
        HostId oneHost,
        VmId oneVm,
        List<HostId> rack,
        List<HostId> stream) {

    /** How many machines fail one after the other in B. */
    static final int IN_TURN = 1_000;

    static Workload read(String size) {
        Path file = Path.of(System.getProperty("inventories", "examples/benchmarks/inventories/data"))
                .resolve(size)
                .resolve("inventory.json");
        try {
            return of(new ObjectMapper().readTree(file.toFile()));
        } catch (IOException unreadable) {
            throw new IllegalStateException(
                    file + " cannot be read; write it with inventories/generate.py " + size.replace('-', ' '),
                    unreadable);
        }
    }

    private static Workload of(JsonNode root) {
        ImmutableList.Builder<Host> hosts = ImmutableList.builder();
        root.get("hosts").forEach(host -> hosts.add(host(host)));
        ImmutableList.Builder<VirtualMachine> vms = ImmutableList.builder();
        root.get("vms").forEach(vm -> vms.add(vm(vm)));
        JsonNode scenarios = root.get("scenarios");
        return new Workload(
                hosts.build(),
                vms.build(),
                hostIds(scenarios.get("A")).get(0),
                VmId.of(scenarios.get("B").asText()),
                hostIds(scenarios.get("C")),
                hostIds(scenarios.get("D")));
    }

    private static List<HostId> hostIds(JsonNode array) {
        ImmutableList.Builder<HostId> ids = ImmutableList.builder();
        array.forEach(id -> ids.add(HostId.of(id.asText())));
        return ids.build();
    }

    private static Host host(JsonNode host) {
        return Host.builder()
                .id(HostId.of(host.get("id").asText()))
                .role(ClusterRole.valueOf(host.get("clusterRole").asText()))
                .capacity(Resources.of(
                        host.get("cpuCores").asLong() * 1_000,
                        host.get("memoryMiB").asLong()))
                .rack(RackId.of(host.get("rack").asText()))
                .build();
    }

    private static VirtualMachine vm(JsonNode vm) {
        return VirtualMachine.builder()
                .id(VmId.of(vm.get("id").asText()))
                .type(VmType.of(vm.get("type").asText()))
                .host(HostId.of(vm.get("host").asText()))
                .allocation(Resources.of(
                        vm.get("cpu").asLong() * 1_000, vm.get("memMiB").asLong()))
                .priority(vm.get("priority").asInt())
                .load(vm.get("load").asDouble() / vm.get("loadCapacity").asDouble())
                .build();
    }

    Inventory inventory() {
        Inventory.Builder builder = Inventory.builder();
        hosts.forEach(builder::add);
        vms.forEach(builder::add);
        return builder.build();
    }

    FaultReport vmFault() {
        return vmFault(oneVm);
    }

    static FaultReport vmFault(VmId vm) {
        return FaultReport.ofVm(vm, FaultKind.FILESYSTEM_READ_ONLY, Instant.EPOCH, "benchmark", 1);
    }

    /** A thousand machines on primary hosts, all over the inventory, the same on every run; some twice in a small one. */
    List<VmId> machinesInTurn() {
        Map<HostId, ClusterRole> roles = new HashMap<>();
        hosts.forEach(host -> roles.put(host.id(), host.role()));
        List<VmId> primary = vms.stream()
                .filter(vm -> roles.get(vm.host()) == ClusterRole.PRIMARY)
                .map(VirtualMachine::id)
                .toList();
        SplittableRandom random = new SplittableRandom(1);
        return IntStream.range(0, IN_TURN)
                .mapToObj(i -> primary.get(random.nextInt(primary.size())))
                .toList();
    }

    static FaultReport hostDown(HostId host) {
        return FaultReport.ofHost(host, FaultKind.HOST_DOWN, Instant.EPOCH, "benchmark", 1);
    }
}
