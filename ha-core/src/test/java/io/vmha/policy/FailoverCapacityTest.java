package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverCapacityTest {
    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final FailoverCapacity capacity =
            HaPolicies.builder().failover(redirectOnly()).build().capacity();

    private static FailoverPolicy redirectOnly() {
        return HaPolicies.builder()
                .config(FailoverConfig.builder()
                        .putRecovery(VmType.MIDDLEWARE, RecoveryMode.REDIRECT)
                        .build())
                .build()
                .failover();
    }

    @Test
    void theReferenceEmbodimentSurvivesEverySingleHostAndEveryPair() {
        assertThat(capacity.singleHosts(reference)).hasSize(3).allMatch(FailoverCapacity.Survival::isSurvived);
        assertThat(capacity.hostPairs(reference)).hasSize(3).allMatch(FailoverCapacity.Survival::isSurvived);
    }

    @Test
    void itDoesNotSurviveAllHosts() {
        FailoverCapacity.Survival all =
                capacity.ifFails(reference, List.of(HostId.of("h1"), HostId.of("h2"), HostId.of("h3")));

        assertThat(all.leftOut()).hasSize(12).allMatch(left -> left.reason() == Reason.NO_SAME_TYPE_HEALTHY);
    }

    @Test
    void theMachineThatWouldBeLeftOutIsNamed() {
        Inventory lonely = reference.with(
                Fixtures.middleware("batch", "h1").type(VmType.of("BATCH")).build());

        assertThat(capacity.singleHosts(lonely).get(0).leftOut())
                .containsExactly(new FailoverCapacity.LeftOut(VmId.of("batch"), Reason.NO_SAME_TYPE_HEALTHY));
        assertThat(capacity.singleHosts(lonely).get(1).isSurvived()).isTrue();
    }

    @Test
    void aRackFailsWithAllItsHosts() {
        Inventory oneRack = reference;
        for (String host : List.of("h1", "h2")) {
            oneRack = oneRack.with(oneRack.requireHost(HostId.of(host)).withRack(RackId.of("r1")));
        }

        assertThat(capacity.racks(oneRack))
                .extracting(survival -> survival.failed().size())
                .containsExactly(2, 1);
    }

    @Test
    void aMachineThatWouldBeLeftOutByItsHostsFailureIsNotAdmitted() {
        assertThat(capacity.refusalOf(
                        reference,
                        Fixtures.middleware("batch", "h1")
                                .type(VmType.of("BATCH"))
                                .build()))
                .contains("with batch on h1, a failure of that host would leave batch out: NO_SAME_TYPE_HEALTHY");
    }

    @Test
    void aMachineWithoutRoomIsNotAdmitted() {
        assertThat(capacity.refusalOf(
                        reference,
                        Fixtures.middleware("mw9", "h1")
                                .allocation(Resources.of(5_000, 1))
                                .build()))
                .contains("host h1 cannot take mw9: it lacks the room: 4000m CPU, 16384 MiB free");
    }

    @Test
    void aMachineThatServedNothingBeforeIsNotLeftOut() {
        Inventory lonely = reference.with(Fixtures.middleware("batch", "h1")
                .type(VmType.of("BATCH"))
                .power(PowerState.OFF)
                .build());

        assertThat(capacity.ifFails(lonely, List.of(HostId.of("h1"))).leftOut()).isEmpty();
    }

    @Test
    void whatWouldBeLeftOutWithoutTheNewMachineTooDoesNotKeepItOut() {
        Inventory lonely = reference.with(
                Fixtures.middleware("batch", "h1").type(VmType.of("BATCH")).build());

        assertThat(capacity.singleHosts(lonely).get(0).isSurvived()).isFalse();
        assertThat(capacity.refusalOf(
                        lonely,
                        Fixtures.middleware("mw9", "h1")
                                .allocation(Resources.of(1_000, 1_024))
                                .build()))
                .isEmpty();
    }

    @Test
    void aMachineThatOthersCanStandInForIsAdmitted() {
        assertThat(capacity.refusalOf(
                        reference, Fixtures.middleware("mw9", "h1").build()))
                .isEmpty();
    }

    @Test
    void aHostThatDoesNotExistIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> capacity.ifFails(
                        reference.with(Fixtures.host("h4", ClusterRole.PRIMARY).build()), List.of(HostId.of("h9"))))
                .withMessage("no such host: h9");
    }
}
