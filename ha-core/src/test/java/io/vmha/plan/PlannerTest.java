package io.vmha.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.Decision;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.FencingMode;
import io.vmha.policy.PrimaryThenStandbyPolicy;
import io.vmha.policy.RecoveryMode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private final Inventory reference = Fixtures.referenceEmbodiment();

    @Test
    void aDatabaseMachineIsConfirmedOffBeforeItsRequestsMove() {
        assertThat(plan(reference, Fixtures.readOnly("db3"), FailoverConfig.defaults())
                        .toText())
                .isEqualTo("""
                        plan 1
                          0. power off db3 on h2 (at once)
                          1. redirect requests of db3 to db1 (after 0)""");
    }

    @Test
    void aMiddlewareMachinesRequestsMoveAtOnceAndItIsClonedAnewOnceItIsOff() {
        assertThat(plan(reference, Fixtures.readOnly("mw1"), FailoverConfig.defaults())
                        .toText())
                .isEqualTo("""
                        plan 1
                          0. power off mw1 on h1 (at once)
                          1. redirect requests of mw1 to mw3 (at once)
                          2. clone mw1 from mw-template on h1 (after 0)
                          3. power on mw1 on h1 (after 2)""");
    }

    @Test
    void aTypeThatRequiresFencingByConfigurationWaits() {
        FailoverConfig config = FailoverConfig.builder()
                .putFencing(VmType.MIDDLEWARE, FencingMode.REQUIRED)
                .putRecovery(VmType.MIDDLEWARE, RecoveryMode.REDIRECT)
                .build();

        assertThat(plan(reference, Fixtures.readOnly("mw1"), config).toText())
                .endsWith("redirect requests of mw1 to mw3 (after 0)");
    }

    @Test
    void aHostThatIsConfirmedOffNeedsNoPowerOff() {
        assertThat(plan(reference, Fixtures.hostDown("h1"), FailoverConfig.defaults())
                        .steps())
                .extracting(step -> step.action().kind())
                .doesNotContain(ActionKind.POWER_OFF, ActionKind.FENCE_HOST);
    }

    @Test
    void anUnreachableHostIsFencedOnceBeforeItsDatabasesMove() {
        Plan plan = plan(reference, Fixtures.hostFault("h1", FaultKind.HOST_UNREACHABLE), FailoverConfig.defaults());

        assertThat(plan.steps())
                .filteredOn(step -> step.action().kind() == ActionKind.FENCE_HOST)
                .singleElement()
                .extracting(Step::number)
                .isEqualTo(0);
        assertThat(plan.steps())
                .filteredOn(step -> step.action() instanceof Action.Redirect redirect
                        && redirect.owner().value().startsWith("db"))
                .hasSize(2)
                .allMatch(step -> step.after().contains(0));
    }

    @Test
    void aStandbyDatabaseIsPromotedOnceAfterAllThatItTakesOverFromAreOff() {
        Inventory oneLeft = FaultEffects.apply(reference, Fixtures.hostDown("h1"));
        Plan plan = plan(oneLeft, Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE), FailoverConfig.defaults());

        Set<VmId> promoted = new TreeSet<>();
        for (Step step : plan.steps()) {
            if (step.action() instanceof Action.Promote promote) {
                assertThat(promoted.add(promote.target())).isTrue();
                assertThat(step.after()).containsExactly(0);
            }
        }
        assertThat(promoted).isNotEmpty();
        assertThat(plan.steps())
                .filteredOn(step ->
                        step.action() instanceof Action.Redirect redirect && promoted.contains(redirect.server()))
                .isNotEmpty()
                .allMatch(step -> step.after().stream()
                        .anyMatch(number -> plan.steps().get(number).action().kind() == ActionKind.PROMOTE));
    }

    @Test
    void aRestartPowersOnAfterItIsOff() {
        FailoverConfig config = FailoverConfig.builder()
                .putRecovery(VmType.DATABASE, RecoveryMode.RESTART)
                .build();

        assertThat(plan(reference, Fixtures.readOnly("db3"), config).toText()).isEqualTo("""
                plan 1
                  0. power off db3 on h2 (at once)
                  1. power on db3 on h2 (after 0)""");
    }

    @Test
    void whereNothingIsToBeDoneThePlanIsEmpty() {
        assertThat(plan(reference, Fixtures.readOnly("ghost"), FailoverConfig.defaults())
                        .isEmpty())
                .isTrue();
    }

    @Test
    void aStepCanOnlyWaitForEarlierOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Step(1, new Action.Promote(VmId.of("db1")), new TreeSet<>(List.of(1))))
                .withMessage("step 1 can only wait for earlier steps: [1]");
    }

    private static Plan plan(Inventory inventory, FaultReport report, FailoverConfig config) {
        Decision decision =
                PrimaryThenStandbyPolicy.builder().config(config).build().decide(inventory, report);
        return new Planner(config).plan(new PlanId(1), FaultEffects.apply(inventory, report), decision);
    }
}
