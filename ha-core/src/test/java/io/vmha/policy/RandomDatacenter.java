package io.vmha.policy;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Small inventories, configurations and faults, drawn at random: small, so that ties and corners come up often. */
final class RandomDatacenter {
    private static final List<VmType> TYPES = List.of(VmType.MIDDLEWARE, VmType.DATABASE, VmType.of("BATCH"));

    private final Random random;

    RandomDatacenter(long seed) {
        // The first numbers of neighbouring seeds are nearly the same: the first choice would never vary.
        this.random = new Random(new SplittableRandom(seed).nextLong());
    }

    FailoverConfig config() {
        var config = FailoverConfig.builder()
                .standbyActivation(one(StandbyActivation.values()))
                .overloadUsesStandby(random.nextInt(4) == 0);
        TYPES.stream()
                .filter(type -> random.nextBoolean())
                .forEach(type -> config.putRecovery(type, one(RecoveryMode.values())));
        if (random.nextBoolean()) {
            config.maxReplicationLag(Duration.ofSeconds(5));
        }
        if (random.nextInt(3) == 0) {
            config.addSameLabel("tenant");
        }
        return config.build();
    }

    Inventory inventory() {
        Inventory.Builder inventory = Inventory.builder();
        int hosts = 2 + random.nextInt(6);
        for (int i = 0; i < hosts; i++) {
            inventory.add(host(i));
        }
        int vms = 1 + random.nextInt(20);
        for (int i = 0; i < vms; i++) {
            inventory.add(vm(i, random.nextInt(hosts)));
        }
        return inventory.build();
    }

    private Host host(int number) {
        Host.Builder host = Host.builder()
                .id(HostId.of("h" + number))
                .role(number == 0 || random.nextInt(3) > 0 ? ClusterRole.PRIMARY : ClusterRole.STANDBY)
                .capacity(Resources.of(8_000 + 4_000L * random.nextInt(3), 16_384 + 8_192L * random.nextInt(3)))
                .health(random.nextInt(8) == 0 ? HostHealth.DEGRADED : HostHealth.UP)
                .inMaintenance(random.nextInt(10) == 0)
                .inQuarantine(random.nextInt(5) == 0);
        if (random.nextInt(4) > 0) {
            host.rack(RackId.of("r" + random.nextInt(3)));
        }
        return host.build();
    }

    private VirtualMachine vm(int number, int host) {
        VirtualMachine.Builder vm = VirtualMachine.builder()
                .id(VmId.of(String.format("v%02d", number)))
                .type(TYPES.get(random.nextInt(TYPES.size())))
                .host(HostId.of("h" + host))
                .allocation(Resources.of(1_000L << random.nextInt(2), 2_048))
                .load(random.nextInt(10) / 8.0)
                .priority(random.nextInt(3))
                .power(random.nextInt(10) == 0 ? PowerState.OFF : PowerState.ON)
                .health(random.nextInt(8) == 0 ? VmHealth.SUSPECT : VmHealth.HEALTHY);
        if (random.nextBoolean()) {
            vm.template(TemplateId.of("t"));
        }
        if (random.nextInt(4) == 0) {
            vm.addAntiAffinity(AntiAffinityGroup.of("g" + random.nextInt(2)));
        }
        if (random.nextInt(3) == 0) {
            vm.replicationLag(Duration.ofSeconds(random.nextInt(10)));
        } else if (random.nextInt(6) == 0) {
            vm.replicationLagUnknown(true);
        }
        if (random.nextInt(3) == 0) {
            vm.putLabels("tenant", random.nextBoolean() ? "red" : "blue");
        }
        return vm.build();
    }

    FaultReport fault(Inventory inventory) {
        if (random.nextBoolean()) {
            List<HostId> hosts =
                    inventory.hosts().stream().map(Host::id).sorted().toList();
            FaultKind kind = random.nextBoolean() ? FaultKind.HOST_DOWN : FaultKind.HOST_UNREACHABLE;
            return FaultReport.ofHost(hosts.get(random.nextInt(hosts.size())), kind, Instant.EPOCH, "test", 1);
        }
        List<VmId> vms =
                inventory.vms().stream().map(VirtualMachine::id).sorted().toList();
        FaultKind kind = random.nextBoolean() ? FaultKind.FILESYSTEM_READ_ONLY : FaultKind.POWERED_OFF;
        return FaultReport.ofVm(vms.get(random.nextInt(vms.size())), kind, Instant.EPOCH, "test", 1);
    }

    /** Reports about several hosts and VMs, one each at the most. */
    List<FaultReport> mixture(Inventory inventory) {
        List<FaultReport> reports = new ArrayList<>();
        for (HostId host : inventory.hosts().stream().map(Host::id).sorted().toList()) {
            if (random.nextInt(4) == 0) {
                FaultKind kind =
                        one(new FaultKind[] {FaultKind.HOST_DOWN, FaultKind.HOST_UNREACHABLE, FaultKind.HOST_DEGRADED});
                reports.add(FaultReport.ofHost(host, kind, Instant.EPOCH, "test", 1));
            }
        }
        for (VmId vm : inventory.vms().stream().map(VirtualMachine::id).sorted().toList()) {
            if (reports.isEmpty() || random.nextInt(5) == 0) {
                FaultKind kind = one(new FaultKind[] {FaultKind.FILESYSTEM_READ_ONLY, FaultKind.POWERED_OFF});
                reports.add(FaultReport.ofVm(vm, kind, Instant.EPOCH, "test", 1));
            }
        }
        Collections.shuffle(reports, random);
        return reports;
    }

    /** Now and then something is repaired between two faults. */
    Inventory repairSomething(Inventory inventory) {
        Inventory repaired = inventory;
        for (VirtualMachine vm : inventory.vms()) {
            if (vm.health() == VmHealth.FAILED && random.nextInt(3) == 0) {
                repaired = FaultEffects.vmRepaired(repaired, vm.id());
            }
        }
        for (Host host : inventory.hosts()) {
            if (!host.health().runsVms() && random.nextInt(3) == 0) {
                repaired = FaultEffects.hostUp(repaired, host.id());
            }
        }
        return repaired;
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
