package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadPolicyTest {
    private final Inventory reference = Fixtures.referenceEmbodiment();

    @Test
    void aLoadUpToTheThresholdNeedsNothing() {
        assertThat(rows(reference, sample("mw1", 0.8))).isEmpty();
    }

    @Test
    void aLoadedMachineGetsWhatItNeedsFromItsHostsPool() {
        assertThat(rows(reference, sample("mw1", 0.9, Resources.of(3_000, 10_000))))
                .containsExactly("mw1 REALLOCATED 3000m CPU, 10000 MiB FROM_SHARED_POOL");
    }

    @Test
    void withoutADemandItGetsTheAllocationWithWhichItWouldBeAtTheThreshold() {
        assertThat(rows(reference, sample("mw1", 1.2)))
                .containsExactly("mw1 REALLOCATED 3000m CPU, 12288 MiB FROM_SHARED_POOL");
    }

    @Test
    void anAllocationIsNeverMadeSmaller() {
        assertThat(rows(reference, sample("mw1", 0.9, Resources.of(1_000, 10_000))))
                .containsExactly("mw1 REALLOCATED 2000m CPU, 10000 MiB FROM_SHARED_POOL");
    }

    @Test
    void theWorkStaysTheSameWhenTheAllocationGrows() {
        Decision decision = decide(reference, sample("mw1", 1.2, Resources.of(4_000, 8_192)));
        VirtualMachine loaded = reference.requireVm(VmId.of("mw1")).withLoad(1.2);

        assertThat(DecisionEffects.apply(reference.with(loaded), decision)
                        .requireVm(VmId.of("mw1"))
                        .load())
                .isEqualTo(0.6);
    }

    @Test
    void pastThePoolItsRequestsGoToAMachineOnAnotherHostThatCanMeetTheNeed() {
        Decision decision = decide(withPoolOf("h1", 0), sample("mw1", 0.9, Resources.of(2_500, 8_192)));

        assertThat(decision.parts()).singleElement().isInstanceOfSatisfying(SubjectDecision.Shift.class, shift -> {
            assertThat(DecisionText.row(shift)).isEqualTo("mw1 SHIFTED mw3 POOL_EXHAUSTED");
            assertThat(shift.targetAllocation()).isEqualTo(Resources.of(3_429, 14_044));
        });
    }

    @Test
    void aHostThatIsOverFullInMemoryHasNoRoomForMoreCpu() {
        Inventory overFull =
                reference.with(reference.requireVm(VmId.of("mw2")).withAllocation(Resources.of(1_000, 1_000_000)));

        assertThat(overFull.freeOn(overFull.requireVm(VmId.of("mw1")).host()).cpuMillis())
                .isGreaterThan(500);
        assertThat(rows(overFull, sample("mw1", 0.9, Resources.of(2_500, 8_192))))
                .containsExactly("mw1 SHIFTED mw3 POOL_EXHAUSTED");
    }

    @Test
    void aTargetStaysBelowTheThresholdByTheHysteresis() {
        Inventory full = withPoolOf("h1", 0);
        LoadSample sample = sample("mw1", 0.9, Resources.of(2_500, 8_192));
        VirtualMachine loaded = full.requireVm(VmId.of("mw1")).withLoad(0.9);
        Inventory after = DecisionEffects.apply(full.with(loaded), decide(full, sample));

        assertThat(after.requireVm(VmId.of("mw3")).load()).isBetween(0.69, 0.7);
        assertThat(after.freeOn(HostId.of("h2"))).isEqualTo(Resources.of(2_571, 10_532));
    }

    @Test
    void withoutAMachineThatCanMeetTheNeedThereIsNoTarget() {
        Inventory full = withPoolOf("h1", 0);

        assertThat(rows(full, sample("mw1", 0.9, Resources.of(9_000, 8_192))))
                .containsExactly("mw1 NO_TARGET  NO_CAPACITY");
    }

    @Test
    void theStandbyIsUsedForLoadOnlyIfTheOperatorAllowsIt() {
        Inventory full = withLoad(withLoad(withPoolOf("h1", 0), "mw3", 3), "mw4", 3);
        LoadSample sample = sample("mw1", 0.9, Resources.of(2_500, 8_192));
        LoadPolicy allowed = HaPolicies.builder()
                .config(FailoverConfig.builder().overloadUsesStandby(true).build())
                .build()
                .load();

        assertThat(rows(full, sample)).containsExactly("mw1 NO_TARGET  NO_CAPACITY");
        assertThat(allowed.decide(full, sample).parts())
                .extracting(DecisionText::row)
                .containsExactly("mw1 SHIFTED mw5 POOL_EXHAUSTED");
    }

    @Test
    void theRequestsOfADatabaseDoNotMoveForLoad() {
        assertThat(rows(reference, sample("db1", 0.9, Resources.of(12_000, 16_384))))
                .containsExactly("db1 BLOCKED  POOL_EXHAUSTED");
    }

    @Test
    void aMachineWhoseRequestsAreServedElsewhereIsLeftAlone() {
        Inventory shifted = reference.with(reference.requireVm(VmId.of("mw1")).withServedBy(VmId.of("mw3")));

        assertThat(rows(shifted, sample("mw1", 0.95))).isEmpty();
    }

    @Test
    void aSampleOfAnUnknownMachineIsIgnoredByName() {
        assertThat(rows(reference, sample("ghost", 2))).containsExactly("ghost IGNORED  UNKNOWN_SUBJECT");
    }

    @Test
    void whatIsNoLoadIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sample("mw1", Double.NaN))
                .withMessage("load of mw1 must be a finite number, 0 or more: NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FailoverConfig.builder().loadThreshold(1.1).build())
                .withMessage("loadThreshold must be more than 0 and at most 1: 1.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FailoverConfig.builder()
                        .loadThreshold(0.5)
                        .loadHysteresis(0.5)
                        .build())
                .withMessageContaining("loadHysteresis must be 0 or more and less than the loadThreshold 0.5");
    }

    private Inventory withPoolOf(String host, long cpuMillis) {
        Resources free = reference.freeOn(HostId.of(host));
        return reference.with(Fixtures.middleware("filler", host)
                .load(0.7)
                .allocation(Resources.of(free.cpuMillis() - cpuMillis, free.memoryMiB()))
                .build());
    }

    private static Inventory withLoad(Inventory inventory, String vm, double load) {
        return inventory.with(inventory.requireVm(VmId.of(vm)).withLoad(load));
    }

    private static LoadSample sample(String vm, double load) {
        return new LoadSample(VmId.of(vm), load, Optional.empty());
    }

    private static LoadSample sample(String vm, double load, Resources demand) {
        return new LoadSample(VmId.of(vm), load, Optional.of(demand));
    }

    private static Decision decide(Inventory inventory, LoadSample sample) {
        return HaPolicies.withDefaults().load().decide(inventory, sample);
    }

    private static List<String> rows(Inventory inventory, LoadSample sample) {
        return decide(inventory, sample).parts().stream().map(DecisionText::row).toList();
    }
}
