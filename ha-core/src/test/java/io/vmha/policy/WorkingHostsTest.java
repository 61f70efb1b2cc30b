package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkingHostsTest {
    private static final int HOSTS = 40;
    private static final PolicyRules RULES = PolicyRules.of(FailoverConfig.defaults());

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void eachMachineGoesWhereALookAtEveryHostWouldPutIt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Inventory inventory = inventory(random);
        Set<HostId> lost = inventory.hosts().stream()
                .map(Host::id)
                .filter(host -> random.nextInt(6) == 0)
                .collect(Collectors.toSet());
        WorkingHosts hosts = new WorkingHosts(RULES, inventory, lost, Set.of());
        Inventory soFar = inventory;
        for (HostId host : lost) {
            for (VirtualMachine vm : inventory.vmsOn(host)) {
                Optional<HostId> expected = leastFull(soFar, vm, lost);

                assertThat(hosts.place(vm, () -> inventory).map(Host::id))
                        .as("%s", vm.id())
                        .isEqualTo(expected);

                soFar = expected.isEmpty() ? soFar : soFar.with(vm.withHost(expected.get()));
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13})
    void aMachineOfASoundHostMayHaveItsOwnRoomAgain(long seed) {
        Inventory inventory = inventory(new SplittableRandom(seed));
        for (VirtualMachine vm : inventory.vms()) {
            assertThat(new WorkingHosts(RULES, inventory, Set.of(), Set.of(vm.host()))
                            .place(vm, () -> inventory)
                            .map(Host::id))
                    .as("%s", vm.id())
                    .isEqualTo(leastFull(inventory, vm, Set.of()));
        }
    }

    private static Optional<HostId> leastFull(Inventory inventory, VirtualMachine vm, Set<HostId> lost) {
        Inventory others = inventory.without(vm.id());
        return inventory.hosts().stream()
                .filter(host -> !lost.contains(host.id()))
                .filter(host -> new HostPlacement(RULES, vm, inventory.hostOf(vm), inventory, false)
                        .refusal(host)
                        .isEmpty())
                .min(Comparator.comparing(Host::inQuarantine)
                        .thenComparingDouble(host -> HostPlacement.fullnessWith(vm, host, others))
                        .thenComparing(Host::id))
                .map(Host::id);
    }

    private static Inventory inventory(SplittableRandom random) {
        Inventory.Builder inventory = Inventory.builder();
        for (int i = 0; i < HOSTS; i++) {
            inventory.add(Fixtures.host(
                            String.format("h%02d", i),
                            random.nextInt(4) == 0 ? ClusterRole.STANDBY : ClusterRole.PRIMARY)
                    .capacity(Resources.of(16_000L << random.nextInt(2), 65_536L << random.nextInt(2)))
                    .health(random.nextInt(10) == 0 ? HostHealth.DEGRADED : HostHealth.UP)
                    .inMaintenance(random.nextInt(10) == 0)
                    .inQuarantine(random.nextInt(5) == 0)
                    .build());
        }
        vms(random).forEach(inventory::add);
        return inventory.build();
    }

    private static List<VirtualMachine> vms(SplittableRandom random) {
        List<VirtualMachine> vms = new ArrayList<>();
        for (int i = 0; i < 6 * HOSTS; i++) {
            VirtualMachine.Builder vm = Fixtures.middleware(
                            String.format("v%03d", i), String.format("h%02d", random.nextInt(HOSTS)))
                    .allocation(Resources.of(1_000L << random.nextInt(4), 2_048L << random.nextInt(4)));
            if (random.nextInt(3) == 0) {
                vm.addAntiAffinity(AntiAffinityGroup.of("g" + random.nextInt(4)));
            }
            vms.add(vm.build());
        }
        return vms;
    }
}
