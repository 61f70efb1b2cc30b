package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class FailbackPolicyTest {
    private final Inventory reference = Fixtures.referenceEmbodiment();

    @Test
    void aMachineThatIsHealthyAgainHasItsRequestsBack() {
        assertThat(rows("mw1", vm -> vm.withServedBy(VmId.of("mw3"))))
                .containsExactly("mw1 FAILED_BACK mw3 SAME_TYPE_PRIMARY");
    }

    @Test
    void aMachineThatServesItsOwnRequestsNeedsNothing() {
        assertThat(rows("mw1", vm -> vm)).isEmpty();
    }

    @Test
    void aMachineThatIsStillFailedDoesNotHaveThemBack() {
        assertThat(rows("mw1", vm -> vm.withServedBy(VmId.of("mw3")).withHealth(VmHealth.FAILED)))
                .isEmpty();
    }

    @Test
    void aDatabaseThatHasNotCaughtUpWaits() {
        assertThat(rows("db1", vm -> vm.withServedBy(VmId.of("db5")).withReplicationLag(Duration.ofMillis(1))))
                .containsExactly("db1 BLOCKED  REPLICATION_LAG");
    }

    @Test
    void aDatabaseWithinTheAllowedLagHasItsRequestsBackAndIsPromoted() {
        FailoverConfig config = FailoverConfig.builder()
                .maxReplicationLag(Duration.ofSeconds(5))
                .build();
        Decision decision = HaPolicies.builder()
                .config(config)
                .build()
                .failback()
                .decide(
                        with("db1", vm -> vm.withServedBy(VmId.of("db5")).withReplicationLag(Duration.ofSeconds(5))),
                        VmId.of("db1"));

        assertThat(decision)
                .isInstanceOfSatisfying(
                        SubjectDecision.Failback.class,
                        failback -> assertThat(failback.promotes()).isTrue());
        assertThat(DecisionEffects.apply(with("db1", vm -> vm.withServedBy(VmId.of("db5"))), decision)
                        .requireVm(VmId.of("db1"))
                        .servedBy())
                .isEmpty();
    }

    @Test
    void aDatabaseWhoseLagIsUnknownWaitsWhereThereIsALimit() {
        FailoverConfig limited = FailoverConfig.builder()
                .maxReplicationLag(Duration.ofSeconds(5))
                .build();
        Inventory unknown = with("db1", vm -> vm.withServedBy(VmId.of("db5")).withReplicationLagUnknown(true));

        assertThat(HaPolicies.builder()
                        .config(limited)
                        .build()
                        .failback()
                        .decide(unknown, VmId.of("db1"))
                        .parts())
                .extracting(DecisionText::row)
                .containsExactly("db1 BLOCKED  LAG_UNKNOWN");
        assertThat(HaPolicies.withDefaults()
                        .failback()
                        .decide(unknown, VmId.of("db1"))
                        .parts())
                .extracting(DecisionText::row)
                .containsExactly("db1 FAILED_BACK db5 SAME_TYPE_PRIMARY");
    }

    private List<String> rows(String vm, UnaryOperator<VirtualMachine> change) {
        return HaPolicies.withDefaults().failback().decide(with(vm, change), VmId.of(vm)).parts().stream()
                .map(DecisionText::row)
                .toList();
    }

    private Inventory with(String vm, UnaryOperator<VirtualMachine> change) {
        return reference.with(change.apply(reference.requireVm(VmId.of(vm))));
    }
}
