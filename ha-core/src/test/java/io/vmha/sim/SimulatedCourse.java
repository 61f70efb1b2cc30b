package io.vmha.sim;

import io.vmha.center.AutomationLevel;
import io.vmha.center.CenterConfig;
import io.vmha.center.HostFencing;
import io.vmha.center.ImmutableCenterConfig;
import io.vmha.center.RecoveryLimit;
import io.vmha.center.StormGuard;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Everything that a seed decides before a simulation starts.
 *
 * @param seed the seed, which decides the interleaving too
 * @param inventory what there is
 * @param config the operator's choices
 * @param errorRate the share of calls that fail, while faults are injected
 * @param faults what happens, in order
 */
record SimulatedCourse(
        long seed, Inventory inventory, CenterConfig config, double errorRate, List<SimulatedFault> faults) {

    static SimulatedCourse of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Inventory inventory = inventory(random);
        CenterConfig config = config(random);
        double errorRate = new double[] {0, 0.05, 0.15, 0.3}[random.nextInt(4)];
        List<SimulatedFault> faults = new ArrayList<>();
        int count = 1 + random.nextInt(10);
        for (int i = 0; i < count; i++) {
            faults.add(fault(random, inventory, config));
        }
        faults.sort(Comparator.comparing(SimulatedFault::at));
        return new SimulatedCourse(seed, inventory, config, errorRate, faults);
    }

    SimulatedCourse with(List<SimulatedFault> fewer) {
        return new SimulatedCourse(seed, inventory, config, errorRate, fewer);
    }

    private static Inventory inventory(SplittableRandom random) {
        Inventory.Builder inventory = Inventory.builder();
        int primaries = 2 + random.nextInt(2);
        int hosts = primaries + 1 + random.nextInt(2);
        for (int h = 1; h <= hosts; h++) {
            ClusterRole role = h <= primaries ? ClusterRole.PRIMARY : ClusterRole.STANDBY;
            inventory.add(Host.builder()
                    .id(HostId.of("h" + h))
                    .role(role)
                    .capacity(Resources.of(12_000 + 4_000 * random.nextInt(3), 65_536))
                    .rack(RackId.of("r" + (1 + h % 2)))
                    .cpuPlatform(CpuPlatform.parse(random.nextInt(5) == 0 ? "other/0x1" : "xeon-5500/0x11"))
                    .build());
            for (int v = 1; v <= 1 + random.nextInt(2); v++) {
                inventory.add(vm("mw" + h + v, VmType.MIDDLEWARE, h, random));
                inventory.add(vm("db" + h + v, VmType.DATABASE, h, random));
            }
        }
        return inventory.build();
    }

    private static VirtualMachine vm(String id, VmType type, int host, SplittableRandom random) {
        ImmutableVirtualMachine.Builder vm = VirtualMachine.builder()
                .id(VmId.of(id))
                .type(type)
                .host(HostId.of("h" + host))
                .allocation(Resources.of(2_000, 8_192))
                .priority(random.nextInt(3))
                .load(random.nextInt(10) / 10.0);
        if (type.equals(VmType.MIDDLEWARE) ? random.nextInt(4) > 0 : random.nextInt(4) == 0) {
            vm.template(TemplateId.of(type + "-template"));
        }
        return vm.build();
    }

    private static CenterConfig config(SplittableRandom random) {
        ImmutableCenterConfig.Builder config = CenterConfig.builder()
                .actionDeadline(Duration.ofSeconds(5))
                .maxConcurrentActionsPerHost(1 + random.nextInt(4))
                .hostFencing(HostFencing.values()[random.nextInt(HostFencing.values().length)]);
        if (random.nextInt(4) == 0) {
            config.automation(AutomationLevel.values()[random.nextInt(AutomationLevel.values().length)]);
        }
        if (random.nextInt(3) == 0) {
            config.stormGuard(new StormGuard(0.34, Duration.ofSeconds(20 + random.nextInt(60))));
        }
        if (random.nextInt(3) == 0) {
            config.maxRecoveriesPerVm(new RecoveryLimit(1 + random.nextInt(2), Duration.ofSeconds(60)));
        }
        return config.build();
    }

    private static SimulatedFault fault(SplittableRandom random, Inventory inventory, CenterConfig config) {
        List<VmId> vms =
                inventory.vms().stream().map(VirtualMachine::id).sorted().toList();
        List<HostId> hosts = inventory.hosts().stream().map(Host::id).sorted().toList();
        SimulatedFault.Kind[] kinds = SimulatedFault.Kind.values();
        SimulatedFault.Kind kind =
                random.nextInt(3) == 0 ? SimulatedFault.Kind.VM_FAILS : kinds[random.nextInt(kinds.length)];
        if (kind == SimulatedFault.Kind.CLOCK_JUMPS && config.stormGuard().isPresent()) {
            kind = SimulatedFault.Kind.CENTER_CRASHES;
        }
        return new SimulatedFault(
                Duration.ofMillis(random.nextInt(40_000)),
                kind,
                vms.get(random.nextInt(vms.size())),
                hosts.get(random.nextInt(hosts.size())),
                random.nextInt(100));
    }
}
