package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableList;
import io.vmha.Fixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class InventoryTest {
    private static final HostId H1 = HostId.of("h1");

    @Test
    void theSharedPoolIsTheCapacityLessWhatIsAllocated() {
        assertThat(Fixtures.referenceEmbodiment().freeOn(H1)).isEqualTo(Resources.of(4_000, 16_384));
    }

    @Test
    void anOvercommittedHostHasNothingFree() {
        Inventory inventory = Fixtures.referenceEmbodiment()
                .with(Fixtures.database("big", "h1")
                        .allocation(Resources.of(100_000, 1))
                        .build());

        assertThat(inventory.freeOn(H1).cpuMillis()).isZero();
    }

    @Test
    void aChangeLeavesTheSnapshotBeforeItAsItWas() {
        Inventory before = Fixtures.referenceEmbodiment();
        Inventory after = before.without(VmId.of("mw1"));

        assertThat(before.vm(VmId.of("mw1"))).isPresent();
        assertThat(after.vm(VmId.of("mw1"))).isEmpty();
        assertThat(after.freeOn(H1)).isEqualTo(Resources.of(6_000, 24_576));
    }

    @Test
    void aMachineThatMovesTakesItsAllocationAlong() {
        Inventory inventory = Fixtures.referenceEmbodiment();
        Inventory moved = inventory.with(inventory.requireVm(VmId.of("mw1")).withHost(HostId.of("h2")));

        assertThat(moved.freeOn(H1)).isEqualTo(Resources.of(6_000, 24_576));
        assertThat(moved.freeOn(HostId.of("h2"))).isEqualTo(Resources.of(2_000, 8_192));
        assertThat(moved.vmsOn(HostId.of("h2")))
                .extracting(vm -> vm.id().value())
                .contains("mw1");
    }

    @Test
    void theLeastLoadedThatCouldServeComeFirstAndEqualOnesByName() {
        Inventory inventory = Fixtures.referenceEmbodiment();

        assertThat(serving(inventory, VmType.MIDDLEWARE, ClusterRole.PRIMARY))
                .containsExactly("mw3", "mw1", "mw2", "mw4");
        assertThat(serving(inventory, VmType.DATABASE, ClusterRole.STANDBY)).containsExactly("db5", "db6");
    }

    @Test
    void aHostThatIsNotAvailableHasNothingThatCouldServe() {
        Inventory inventory = Fixtures.referenceEmbodiment();
        Host host = inventory.requireHost(H1);

        assertThat(serving(inventory.with(host.withInMaintenance(true)), VmType.MIDDLEWARE, ClusterRole.PRIMARY))
                .containsExactly("mw3", "mw4");
        assertThat(serving(
                        inventory.with(host.withHealth(HostHealth.DEGRADED)), VmType.MIDDLEWARE, ClusterRole.PRIMARY))
                .hasSize(4);
    }

    @Test
    void aRemovedMachineCanServeNobodyAndServesForNobody() {
        Inventory before = Fixtures.referenceEmbodiment();
        Inventory served = before.with(before.requireVm(VmId.of("mw1")).withServedBy(VmId.of("mw3")));
        Inventory after = served.without(VmId.of("mw1"));

        assertThat(serving(after, VmType.MIDDLEWARE, ClusterRole.PRIMARY)).containsExactly("mw3", "mw2", "mw4");
        assertThat(served.servedFor(VmId.of("mw3"))).containsExactly(VmId.of("mw1"));
        assertThat(after.servedFor(VmId.of("mw3"))).isEmpty();
    }

    @Test
    void aNewHostComesWithItsMachinesAtOnce() {
        Inventory inventory = Fixtures.referenceEmbodiment()
                .withAll(
                        Fixtures.host("h4", ClusterRole.PRIMARY).build(),
                        List.of(Fixtures.middleware("mw9", "h4").build()));

        assertThat(inventory.vmsOn(HostId.of("h4")))
                .extracting(vm -> vm.id().value())
                .containsExactly("mw9");
        assertThat(serving(inventory, VmType.MIDDLEWARE, ClusterRole.PRIMARY)).startsWith("mw9");
    }

    @Test
    void theHostsWithTheMostRoomComeFirstWithoutThoseThatTakeNoMachines() {
        Inventory inventory = Fixtures.referenceEmbodiment()
                .with(Fixtures.host("h4", ClusterRole.PRIMARY).build())
                .with(Fixtures.host("h5", ClusterRole.PRIMARY)
                        .health(HostHealth.DEGRADED)
                        .build())
                .with(Fixtures.host("h6", ClusterRole.PRIMARY)
                        .inMaintenance(true)
                        .build())
                .without(VmId.of("mw3"));

        assertThat(inventory.placeableByCapacity(ClusterRole.PRIMARY))
                .singleElement()
                .satisfies(rooms -> assertThat(rooms)
                        .extracting(room -> room.host().id().value() + " " + room.allocated())
                        .containsExactly("h4 0m CPU, 0 MiB", "h2 10000m CPU, 40960 MiB", "h1 12000m CPU, 49152 MiB"));
    }

    @Test
    void inventoriesOfTheSameHostsAndMachinesAreEqual() {
        Inventory one = Fixtures.referenceEmbodiment();
        Inventory other = Fixtures.referenceEmbodiment();

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString("Inventory of 3 hosts and 12 VMs");
        assertThat(one)
                .isNotEqualTo(one.without(VmId.of("mw1")))
                .isNotEqualTo(one.with(Fixtures.host("h4", ClusterRole.PRIMARY).build()));
    }

    @Test
    void whatIsNotThereIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.referenceEmbodiment().requireVm(VmId.of("ghost")))
                .withMessage("no such VM: ghost");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.referenceEmbodiment().requireHost(HostId.of("h9")))
                .withMessage("no such host: h9");
    }

    @Test
    void aMachineOnAHostThatDoesNotExistIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Inventory.empty().with(Fixtures.middleware("mw1", "h9").build()))
                .withMessage("VM mw1 is on host h9, which does not exist");
    }

    @Test
    void twoOfOneIdAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Inventory.builder()
                        .add(Fixtures.middleware("mw1", "h1").build())
                        .add(Fixtures.database("mw1", "h1").build()))
                .withMessage("two VMs with the id mw1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Inventory.builder()
                        .add(Fixtures.host("h1", ClusterRole.PRIMARY).build())
                        .add(Fixtures.host("h1", ClusterRole.STANDBY).build()))
                .withMessage("two hosts with the id h1");
    }

    @Test
    void aMachineServedByNobodyIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Inventory.builder()
                        .add(Fixtures.host("h1", ClusterRole.PRIMARY).build())
                        .add(Fixtures.middleware("mw1", "h1")
                                .servedBy(VmId.of("ghost"))
                                .build())
                        .build())
                .withMessage("VM mw1 is served by ghost, which does not exist");
    }

    @Test
    void valuesThatMakeNoSenseAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Resources.of(-1, 0))
                .withMessage("cpuMillis must be 0 or more: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Fixtures.middleware("mw1", "h1").load(Double.NaN).build())
                .withMessageContaining("VM mw1: load must be a finite number, 0 or more: NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.host("h1", ClusterRole.PRIMARY)
                        .capacity(Resources.NONE)
                        .build())
                .withMessageContaining("host h1: cpuMillis and memoryMiB must be more than 0");
        assertThatIllegalArgumentException().isThrownBy(() -> VmId.of(" ")).withMessage("VM id must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostId.of("a\nb"))
                .withMessageContaining("control characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VmId.of("x".repeat(256)))
                .withMessageContaining("at most 255 characters");
    }

    @RepeatedTest(200)
    @DisplayName("after any changes the indexes are those of an inventory built at once from what is there")
    void indexesAreTheSameHoweverTheInventoryCameAbout(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        Inventory inventory = Fixtures.referenceEmbodiment();
        for (int i = 0; i < 40; i++) {
            inventory = randomChange(inventory, random);
        }

        Inventory.Builder rebuilt = Inventory.builder();
        inventory.hosts().forEach(rebuilt::add);
        inventory.vms().forEach(rebuilt::add);
        assertThat(describe(inventory)).as("seed %s", seed).isEqualTo(describe(rebuilt.build()));
    }

    private static Inventory randomChange(Inventory inventory, Random random) {
        List<Host> hosts = new ArrayList<>(inventory.hosts());
        Host host = hosts.get(random.nextInt(hosts.size()));
        List<VirtualMachine> vms = new ArrayList<>(inventory.vms());
        VirtualMachine vm = vms.get(random.nextInt(vms.size()));
        VirtualMachine other = vms.get(random.nextInt(vms.size()));
        VirtualMachine changed = vm;
        return switch (random.nextInt(9)) {
            case 0 -> inventory.with(changed.withLoad(random.nextInt(10) / 10.0));
            case 1 -> inventory.with(changed.withHealth(VmHealth.values()[random.nextInt(3)]));
            case 2 -> inventory.with(changed.withPower(random.nextBoolean() ? PowerState.ON : PowerState.OFF));
            case 3 -> inventory.with(changed.withHost(host.id()));
            case 4 -> inventory.with(changed.withAllocation(Resources.of(1_000 * (1 + random.nextInt(3)), 4_096)));
            case 5 ->
                inventory.with(host.withHealth(HostHealth.values()[random.nextInt(4)])
                        .withInMaintenance(random.nextInt(4) == 0));
            case 6 -> inventory.with(host.withRole(ClusterRole.values()[random.nextInt(2)]));
            case 7 ->
                inventory.withAll(
                        host.withHealth(HostHealth.values()[random.nextInt(4)]),
                        List.of(changed.withHost(host.id()), other.withLoad(0.9)));
            default -> vm.id().equals(other.id()) ? inventory : inventory.with(changed.withServedBy(other.id()));
        };
    }

    private static List<String> describe(Inventory inventory) {
        List<String> facts = new ArrayList<>();
        inventory.hosts().stream()
                .map(Host::id)
                .sorted()
                .forEach(id -> facts.add(id + " " + inventory.allocatedOn(id) + " " + inventory.vmsOn(id)));
        for (VmType type : List.of(VmType.MIDDLEWARE, VmType.DATABASE)) {
            for (ClusterRole role : ClusterRole.values()) {
                facts.add(type + " " + role + " " + inventory.servingBySize(type, role) + inventory.hasServing(role));
            }
        }
        for (ClusterRole role : ClusterRole.values()) {
            inventory.placeableByCapacity(role).forEach(rooms -> facts.add(role + " " + ImmutableList.copyOf(rooms)));
        }
        inventory.vms().stream()
                .map(VirtualMachine::id)
                .sorted()
                .forEach(id -> facts.add(id + " serves for " + inventory.servedFor(id)));
        return facts;
    }

    private static List<String> serving(Inventory inventory, VmType type, ClusterRole role) {
        List<String> ids = new ArrayList<>();
        inventory
                .servingBySize(type, role)
                .forEach(size ->
                        size.forEach(candidate -> ids.add(candidate.vm().id().value())));
        return ids;
    }
}
