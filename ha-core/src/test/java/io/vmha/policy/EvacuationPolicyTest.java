package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvacuationPolicyTest {
    private static final HostId H1 = HostId.of("h1");

    @Test
    void runningMachinesGoToTheLeastFullSoundHostOfTheClusterHighestPriorityFirst() {
        Inventory inventory = inventory(
                Fixtures.host("h2", ClusterRole.PRIMARY).build(),
                Fixtures.host("h3", ClusterRole.PRIMARY).build(),
                Fixtures.host("h0", ClusterRole.STANDBY).build());

        assertThat(rows(inventory))
                .containsExactly("db1 MIGRATED h2 HOST_EVACUATION", "mw1 MIGRATED h3 HOST_EVACUATION");
    }

    @Test
    void aMachineThatDoesNotRunStays() {
        Inventory inventory = inventory(Fixtures.host("h2", ClusterRole.PRIMARY).build())
                .with(Fixtures.middleware("mw9", "h1").power(PowerState.OFF).build());

        assertThat(rows(inventory)).noneMatch(row -> row.startsWith("mw9"));
    }

    @Test
    void nothingIsMovedAwayFromAHostThatIsLost() {
        Inventory inventory = inventory(Fixtures.host("h2", ClusterRole.PRIMARY).build());
        Host lost = inventory.requireHost(H1).withHealth(HostHealth.UNREACHABLE);

        assertThat(rows(inventory.with(lost))).isEmpty();
    }

    @Test
    void aHostWithAnotherOrAnUnknownCpuIsNoTarget() {
        Inventory other = inventory(
                Fixtures.host("h2", ClusterRole.PRIMARY)
                        .cpuPlatform(CpuPlatform.parse("xeon-5500/0x12"))
                        .build(),
                Host.builder()
                        .from(Fixtures.host("h3", ClusterRole.PRIMARY).build())
                        .cpuPlatform(Optional.empty())
                        .build());

        assertThat(rows(other)).containsExactly("db1 BLOCKED  INCOMPATIBLE_CPU", "mw1 BLOCKED  INCOMPATIBLE_CPU");
    }

    @Test
    void aHostInMaintenanceIsNoTargetAndIsNamedWhereItIsAllThatStandsInTheWay() {
        Inventory inventory = inventory(
                Fixtures.host("h2", ClusterRole.PRIMARY).inMaintenance(true).build());

        assertThat(rows(inventory))
                .containsExactly("db1 BLOCKED  HOST_IN_MAINTENANCE", "mw1 BLOCKED  HOST_IN_MAINTENANCE");
    }

    @Test
    void withoutRoomWhatCannotMoveIsSaidWithWhy() {
        Inventory inventory = inventory(Fixtures.host("h2", ClusterRole.PRIMARY)
                .capacity(Resources.of(5_000, 20_000))
                .build());
        Decision decision = HaPolicies.withDefaults().evacuation().decide(inventory, H1, Trigger.MAINTENANCE);

        assertThat(decision.parts())
                .extracting(DecisionText::row)
                .containsExactly("db1 MIGRATED h2 HOST_EVACUATION", "mw1 BLOCKED  NO_CAPACITY");
        assertThat(decision.parts().get(1).explain().candidates())
                .contains(new Explanation.Candidate("h2", false, "it lacks the room: 1000m CPU, 3616 MiB free"));
    }

    @Test
    void antiAffinityIsKept() {
        AntiAffinityGroup group = AntiAffinityGroup.of("mw");
        Inventory inventory = inventory(Fixtures.host("h2", ClusterRole.PRIMARY).build())
                .with(Fixtures.middleware("mw1", "h1").addAntiAffinity(group).build())
                .with(Fixtures.middleware("mw2", "h2").addAntiAffinity(group).build());

        assertThat(rows(inventory)).contains("mw1 BLOCKED  ANTI_AFFINITY");
    }

    @Test
    void aDegradedHostIsNotEvacuatedToAnother() {
        Inventory inventory =
                inventory(Fixtures.host("h2", ClusterRole.PRIMARY).build().withHealth(HostHealth.DEGRADED));

        assertThat(rows(inventory)).containsExactly("db1 BLOCKED  NO_CAPACITY", "mw1 BLOCKED  NO_CAPACITY");
    }

    @Test
    void anEvacuationForAFaultThatStopsMachinesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HaPolicies.withDefaults().evacuation().decide(inventory(), H1, Trigger.HOST_DOWN))
                .withMessage("an evacuation is for MAINTENANCE or HOST_DEGRADED: HOST_DOWN");
    }

    @Test
    void onlyTheGivenVmsLeaveTheirHostsHighestPriorityFirstAndNoneGoesWhereAnotherLeaves() {
        Inventory inventory = inventory(
                        Fixtures.host("h2", ClusterRole.PRIMARY).build(),
                        Fixtures.host("h3", ClusterRole.PRIMARY).build())
                .with(Fixtures.middleware("mw2", "h2").priority(9).build())
                .with(Fixtures.middleware("off", "h1").power(PowerState.OFF).build());
        Decision decision = HaPolicies.withDefaults()
                .evacuation()
                .decide(
                        inventory,
                        List.of(VmId.of("mw1"), VmId.of("off"), VmId.of("mw2"), VmId.of("mw1")),
                        Trigger.HOST_DEGRADED);

        assertThat(decision.parts())
                .extracting(part -> DecisionText.row(part) + " " + part.trigger())
                .containsExactly(
                        "mw2 MIGRATED h3 HOST_EVACUATION HOST_DEGRADED",
                        "mw1 MIGRATED h3 HOST_EVACUATION HOST_DEGRADED");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HaPolicies.withDefaults()
                        .evacuation()
                        .decide(inventory, List.of(VmId.of("ghost")), Trigger.MAINTENANCE))
                .withMessage("no such VM: ghost");
    }

    @Test
    void theReasonIsThatOfTheHostThatPassesMostRules() {
        Host drained =
                Fixtures.host("h2", ClusterRole.PRIMARY).inMaintenance(true).build();
        Host otherCpu = Fixtures.host("h3", ClusterRole.PRIMARY)
                .cpuPlatform(CpuPlatform.parse("epyc"))
                .build();
        Host small = Fixtures.host("h4", ClusterRole.PRIMARY)
                .capacity(Resources.of(1_000, 1_000))
                .build();

        assertThat(rows(inventory(drained, otherCpu))).contains("mw1 BLOCKED  INCOMPATIBLE_CPU");
        assertThat(rows(inventory(drained, otherCpu, small))).contains("mw1 BLOCKED  NO_CAPACITY");
        EvacuationPolicy refusing = HaPolicies.builder()
                .placementRule((vm, host, context) -> Optional.of("not today"))
                .build()
                .evacuation();
        Decision byRule = refusing.decide(inventory(drained, otherCpu, small), H1, Trigger.MAINTENANCE);
        assertThat(byRule.parts()).extracting(DecisionText::row).contains("mw1 BLOCKED  RULE");
        assertThat(byRule.parts().get(1).explain().candidates())
                .contains(new Explanation.Candidate("h4", false, "not today"));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void eachMachineGoesWhereALookAtEveryHostWouldPutIt(long seed) {
        Inventory inventory = random(new SplittableRandom(seed));
        List<String> expected = new ArrayList<>();
        Inventory soFar = inventory;
        for (VirtualMachine vm : inventory.vmsOn(H1)) {
            Inventory now = soFar;
            Host from = now.requireHost(H1);
            Optional<Host> target = now.hosts().stream()
                    .filter(host -> !host.id().equals(H1) && host.cpuPlatform().equals(from.cpuPlatform()))
                    .filter(host -> new HostPlacement(PolicyRules.of(FailoverConfig.defaults()), vm, from, now, true)
                            .refusal(host)
                            .isEmpty())
                    .min(Comparator.comparing(Host::inQuarantine)
                            .thenComparingDouble(host -> HostPlacement.fullnessWith(vm, host, now))
                            .thenComparing(Host::id));
            expected.add(
                    vm.id() + " to " + target.map(host -> host.id().value()).orElse("none"));
            soFar = target.isEmpty() ? now : now.with(vm.withHost(target.get().id()));
        }

        assertThat(HaPolicies.withDefaults()
                        .evacuation()
                        .decide(inventory, H1, Trigger.MAINTENANCE)
                        .parts())
                .extracting(part -> part.subject() + " to "
                        + (part instanceof SubjectDecision.Migrate migrate
                                ? migrate.to().value()
                                : "none"))
                .isEqualTo(expected);
    }

    private static Inventory random(SplittableRandom random) {
        Inventory.Builder inventory = Inventory.builder();
        for (int i = 1; i <= 20; i++) {
            inventory.add(
                    Fixtures.host("h" + i, i == 1 || random.nextInt(4) > 0 ? ClusterRole.PRIMARY : ClusterRole.STANDBY)
                            .capacity(Resources.of(16_000L << random.nextInt(2), 65_536L << random.nextInt(2)))
                            .cpuPlatform(CpuPlatform.parse(i == 1 || random.nextInt(3) > 0 ? "xeon" : "epyc"))
                            .inMaintenance(random.nextInt(8) == 0)
                            .inQuarantine(random.nextInt(4) == 0)
                            .build());
        }
        for (int i = 0; i < 150; i++) {
            VirtualMachine.Builder vm = Fixtures.middleware(
                            String.format("v%03d", i), "h" + (i < 30 ? 1 : 1 + random.nextInt(20)))
                    .allocation(Resources.of(1_000L << random.nextInt(3), 2_048L << random.nextInt(4)));
            if (random.nextInt(3) == 0) {
                vm.addAntiAffinity(AntiAffinityGroup.of("g" + random.nextInt(3)));
            }
            inventory.add(vm.build());
        }
        return inventory.build();
    }

    private static Inventory inventory(Host... others) {
        Inventory.Builder inventory = Inventory.builder()
                .add(Fixtures.host("h1", ClusterRole.PRIMARY).build())
                .add(Fixtures.middleware("mw1", "h1").build())
                .add(Fixtures.database("db1", "h1").priority(5).build());
        List.of(others).forEach(inventory::add);
        return inventory.build();
    }

    private static List<String> rows(Inventory inventory) {
        return HaPolicies.withDefaults().evacuation().decide(inventory, H1, Trigger.MAINTENANCE).parts().stream()
                .map(DecisionText::row)
                .toList();
    }
}
