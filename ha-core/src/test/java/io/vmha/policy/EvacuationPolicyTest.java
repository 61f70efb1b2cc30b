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
import io.vmha.model.ImmutableHost;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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
        Decision decision = new EvacuationPolicy().decide(inventory, H1, Trigger.MAINTENANCE);

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

        assertThat(rows(inventory)).contains("mw1 BLOCKED  NO_CAPACITY");
    }

    @Test
    void aDegradedHostIsNotEvacuatedToAnother() {
        Inventory inventory = inventory(
                ImmutableHost.copyOf(Fixtures.host("h2", ClusterRole.PRIMARY).build())
                        .withHealth(HostHealth.DEGRADED));

        assertThat(rows(inventory)).containsExactly("db1 BLOCKED  NO_CAPACITY", "mw1 BLOCKED  NO_CAPACITY");
    }

    @Test
    void anEvacuationForAFaultThatStopsMachinesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EvacuationPolicy().decide(inventory(), H1, Trigger.HOST_DOWN))
                .withMessage("an evacuation is for MAINTENANCE or HOST_DEGRADED: HOST_DOWN");
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
        return new EvacuationPolicy()
                .decide(inventory, H1, Trigger.MAINTENANCE).parts().stream()
                        .map(DecisionText::row)
                        .toList();
    }
}
