package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.fault.FaultKind;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is given once holds for every policy. */
class HaPoliciesTest {
    private static final EligibilityRule NOT_MW3 = (candidate, context) ->
            candidate.vm().id().value().equals("mw3") ? Optional.of("reserved for tests") : Optional.empty();

    private static final PlacementRule NOT_ON_H2 = (vm, host, context) ->
            host.id().value().equals("h2") ? Optional.of("reserved for tests") : Optional.empty();

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final HaPolicies ruled =
            HaPolicies.builder().rule(NOT_MW3).placementRule(NOT_ON_H2).build();

    @Test
    void aRuleForTargetsHoldsForAFailoverALoadAndAFailback() {
        assertThat(rows(ruled.failover().decide(reference, Fixtures.readOnly("mw1"))))
                .startsWith("mw1 REDIRECTED mw4 SAME_TYPE_PRIMARY");
        assertThat(rows(ruled.load().decide(withoutPool(), sample())))
                .containsExactly("mw1 SHIFTED mw4 POOL_EXHAUSTED");
        Inventory served = change(reference, "mw3", vm -> vm.withServedBy(VmId.of("mw1")));
        assertThat(rows(ruled.failback().decide(served, VmId.of("mw3")))).containsExactly("mw3 BLOCKED  RULE");
        assertThat(ruled.failback()
                        .decide(served, VmId.of("mw3"))
                        .parts()
                        .get(0)
                        .explain()
                        .sentence())
                .isEqualTo(
                        "mw3 is healthy again, but a rule refuses it: reserved for tests: its requests stay with mw1");
    }

    @Test
    void theRequestsOfAVmWhoseServerIsGoneComeHomeWhateverRulesSayOfOthersRequests() {
        Inventory served =
                change(reference, "mw3", vm -> vm.withServedBy(VmId.of("mw1"))).without(VmId.of("mw1"));

        assertThat(rows(ruled.failback().decide(served, VmId.of("mw3"))))
                .containsExactly("mw3 FAILED_BACK mw1 SAME_TYPE_PRIMARY");
    }

    @Test
    void aRuleForHostsHoldsForARestartACloneAnEvacuationAndACapacityQuestion() {
        Inventory wide = reference
                .with(Fixtures.host("h4", ClusterRole.PRIMARY).build())
                .with(Fixtures.middleware("filler", "h4")
                        .allocation(Resources.of(6_000, 16_384))
                        .build());
        HaPolicies restarting = HaPolicies.builder()
                .config(FailoverConfig.builder()
                        .putRecovery(VmType.DATABASE, RecoveryMode.RESTART)
                        .build())
                .placementRule(NOT_ON_H2)
                .build();

        assertThat(rows(restarting.failover().decide(wide, Fixtures.hostDown("h1"))))
                .contains("db1 RESTARTED h4 FROM_SHARED_POOL", "mw1 RECLONED h4 FROM_SHARED_POOL")
                .noneMatch(row -> row.contains("RESTARTED h2") || row.contains("RECLONED h2"));
        assertThat(rows(restarting.evacuation().decide(wide, HostId.of("h1"), Trigger.MAINTENANCE)))
                .contains("db1 MIGRATED h4 HOST_EVACUATION")
                .noneMatch(row -> row.contains("MIGRATED h2"));
        assertThat(restarting
                        .capacity()
                        .refusalOf(reference, Fixtures.middleware("mw9", "h2").build()))
                .contains("host h2 cannot take mw9: reserved for tests");
    }

    @Test
    void aDegradedHostIsEvacuatedByTheSameRules() {
        assertThat(rows(ruled.failover().decide(reference, Fixtures.hostFault("h1", FaultKind.HOST_DEGRADED))))
                .containsOnly("db1 BLOCKED  RULE", "db2 BLOCKED  RULE", "mw1 BLOCKED  RULE", "mw2 BLOCKED  RULE");
    }

    @Test
    void aPlacementRuleSeesWhatWasDecidedBeforeInTheSameBatch() {
        PlacementRule atMostFive =
                (vm, host, context) -> context.inventory().vmsOn(host.id()).size() >= 5
                        ? Optional.of("five VMs are enough")
                        : Optional.empty();
        HaPolicies policies = HaPolicies.builder().placementRule(atMostFive).build();

        assertThat(rows(policies.failover().decide(reference, Fixtures.hostDown("h1"))))
                .endsWith("mw1 RECLONED h2 FROM_SHARED_POOL", "mw2 NO_TARGET  RULE");
    }

    @Test
    void labelsHoldForALoadTooAndTheReasonIsTheRule() {
        HaPolicies policies = HaPolicies.builder()
                .config(FailoverConfig.builder().addSameLabel("tenant").build())
                .build();
        Inventory red = change(withoutPool(), "mw1", vm -> vm.withLabels(Map.of("tenant", "red")));
        Inventory redToo = change(red, "mw4", vm -> vm.withLabels(Map.of("tenant", "red")));

        assertThat(rows(policies.load().decide(red, sample()))).containsExactly("mw1 NO_TARGET  RULE");
        assertThat(policies.load()
                        .decide(red, sample())
                        .parts()
                        .get(0)
                        .explain()
                        .sentence())
                .endsWith("and rules refuse every healthy MIDDLEWARE VM on another host");
        assertThat(rows(policies.load().decide(redToo, sample()))).containsExactly("mw1 SHIFTED mw4 POOL_EXHAUSTED");
        assertThat(rows(policies.load().decide(change(redToo, "mw4", vm -> vm.withLoad(9)), sample())))
                .as("the one that is allowed lacks the room")
                .containsExactly("mw1 NO_TARGET  NO_CAPACITY");
    }

    @Test
    void labelsDoNotKeepAVmFromItsOwnRequests() {
        HaPolicies policies = HaPolicies.builder()
                .config(FailoverConfig.builder().addSameLabel("tenant").build())
                .build();
        Inventory served =
                change(reference, "mw1", vm -> vm.withServedBy(VmId.of("mw3")).withLabels(Map.of("tenant", "red")));

        assertThat(rows(policies.failback().decide(served, VmId.of("mw1"))))
                .containsExactly("mw1 FAILED_BACK mw3 SAME_TYPE_PRIMARY");
    }

    @Test
    void aPreferenceHoldsForALoadToo() {
        HaPolicies policies = HaPolicies.builder()
                .preference(new Preference(
                        "a favourite",
                        (candidate, context) -> candidate.vm().id().value().equals("mw3") ? 1 : 0))
                .build();

        assertThat(rows(policies.failover().decide(reference, Fixtures.readOnly("mw1"))))
                .startsWith("mw1 REDIRECTED mw4 SAME_TYPE_PRIMARY");
        assertThat(rows(policies.load().decide(withoutPool(), sample())))
                .containsExactly("mw1 SHIFTED mw4 POOL_EXHAUSTED");
    }

    @Test
    void anOwnPolicyDecidesAboutFaultsAndTheRulesHoldForItAllTheSame() {
        FailoverPolicy own = (inventory, report) -> redirect("mw3");
        HaPolicies policies = HaPolicies.builder()
                .failover(own)
                .rule(NOT_MW3)
                .placementRule(NOT_ON_H2)
                .build();

        assertThat(policies.failover()).isSameAs(own);
        assertThat(policies.check()
                        .problems(failed("mw1"), policies.failover().decide(reference, Fixtures.readOnly("mw1"))))
                .containsExactly("mw1 REDIRECTED: target mw3: reserved for tests");
        assertThat(policies.check()
                        .problems(
                                failed("mw1"),
                                new SubjectDecision.Restart(
                                        VmId.of("mw1"),
                                        Trigger.GUEST_HUNG,
                                        HostId.of("h2"),
                                        ClusterRole.PRIMARY,
                                        Explanation.of(() -> "own"))))
                .containsExactly("mw1 RESTARTED: host h2: reserved for tests");
        assertThat(policies.check().problems(failed("mw1"), redirect("mw4"))).isEmpty();
    }

    @Test
    void aLabelMustNotBeBlank() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FailoverConfig.builder().addSameLabel(" ").build())
                .withMessage("sameLabel must not name a blank label: [ ]");
    }

    private static SubjectDecision redirect(String target) {
        return new SubjectDecision.Redirect(
                VmId.of("mw1"),
                Trigger.FILESYSTEM_READ_ONLY,
                List.of(VmId.of("mw1")),
                VmId.of(target),
                ClusterRole.PRIMARY,
                false,
                Explanation.of(() -> "own"));
    }

    private Inventory failed(String vm) {
        return change(reference, vm, failing -> failing.withHealth(VmHealth.FAILED));
    }

    private Inventory withoutPool() {
        return reference.with(Fixtures.middleware("filler", "h1")
                .type(VmType.of("BATCH"))
                .allocation(reference.freeOn(HostId.of("h1")))
                .build());
    }

    private static LoadSample sample() {
        return new LoadSample(VmId.of("mw1"), 0.9, Optional.of(Resources.of(2_500, 8_192)));
    }

    private static List<String> rows(Decision decision) {
        return decision.parts().stream().map(DecisionText::row).toList();
    }

    private static Inventory change(Inventory inventory, String vm, UnaryOperator<VirtualMachine> change) {
        return inventory.with(change.apply(inventory.requireVm(VmId.of(vm))));
    }
}
