package io.vmha.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.Decision;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.FencingMode;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.LoadSample;
import io.vmha.policy.RecoveryMode;
import io.vmha.policy.Trigger;
import java.util.List;
import java.util.Optional;
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
    void aHostThatDoesNotAnswerIsFencedWhereAServerThatIsGoneMayRunThere() {
        assertThat(planOfConfirmedOff("db1", true).toText())
                .contains("fence host h8", "redirect requests of db1 to db3 (after 0)")
                .doesNotContain("h9");
    }

    @Test
    void aHostThatDoesNotAnswerIsFencedBeforeAPromotionWhereAnotherDatabaseMayWriteThere() {
        assertThat(planOfConfirmedOff("db1", false).toText())
                .contains("0. fence host h9", "promote database in db3 (after 0)");
    }

    /** The plan for a database that is off, whose former server may be running on h8, as a writer of its set may be on h9. */
    private Plan planOfConfirmedOff(String failed, boolean acceptsWrites) {
        FailoverConfig config = FailoverConfig.defaults();
        Decision decision =
                HaPolicies.builder().config(config).build().failover().decide(reference, Fixtures.readOnly(failed));
        PlanFacts facts = new PlanFacts() {
            @Override
            public boolean isConfirmedOff(VmId vm) {
                return vm.equals(VmId.of(failed));
            }

            @Override
            public boolean showsFaults() {
                return true;
            }

            @Override
            public boolean acceptsWrites(VmId vm) {
                return acceptsWrites;
            }

            @Override
            public Optional<HostId> lostHostOfGoneServer(VmId owner) {
                return acceptsWrites ? Optional.of(HostId.of("h8")) : Optional.empty();
            }

            @Override
            public Set<HostId> lostHostsOfOtherWriters(VmId promoted) {
                return Set.of(HostId.of("h9"));
            }
        };
        return new Planner(config).plan(new PlanId(1), reference, decision, facts);
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
    void aTargetGetsWhatItLacksBeforeALoadedMachinesRequestsCome() {
        Inventory full = reference.with(Fixtures.middleware("filler", "h1")
                .load(0.7)
                .allocation(reference.freeOn(HostId.of("h1")))
                .build());
        LoadSample sample = new LoadSample(VmId.of("mw1"), 0.9, Optional.of(Resources.of(2_500, 8_192)));

        assertThat(loadPlan(full, sample)).isEqualTo("""
                plan 1
                  0. reallocate mw3 on h2 to 3429m CPU, 14044 MiB (at once)
                  1. redirect requests of mw1 to mw3 (after 0)""");
    }

    @Test
    void aLoadedMachineGetsMoreOfItsHostsPool() {
        assertThat(loadPlan(reference, new LoadSample(VmId.of("mw1"), 1.2, Optional.empty())))
                .isEqualTo("""
                plan 1
                  0. reallocate mw1 on h1 to 3000m CPU, 12288 MiB (at once)""");
    }

    @Test
    void aDatabaseThatTheStandbyTookOverForIsPromotedOnceThatIsDemotedAndBeforeItsRequestsComeBack() {
        assertThat(failbackPlan("db1", "db5")).isEqualTo("""
                plan 1
                  0. demote database in db5 (at once)
                  1. promote database in db1 (after 0)
                  2. redirect requests of db1 to db1 (after 1)""");
        assertThat(failbackPlan("db1", "db3")).isEqualTo("""
                plan 1
                  0. redirect requests of db1 to db1 (at once)""");
    }

    @Test
    void aHostInMaintenanceIsEmptiedByMigrations() {
        Decision decision = HaPolicies.withDefaults()
                .evacuation()
                .decide(
                        reference.without(VmId.of("db2")).without(VmId.of("mw2")),
                        HostId.of("h1"),
                        Trigger.MAINTENANCE);

        assertThat(new Planner(FailoverConfig.defaults())
                        .plan(new PlanId(1), reference, decision)
                        .toText())
                .isEqualTo("""
                        plan 1
                          0. migrate db1 from h1 to h2 (at once)""");
    }

    @Test
    void numbersThatMakeNoSenseAreRefused() {
        Step second = new Step(1, new Action.Promote(VmId.of("db1")), new TreeSet<>());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PlanId(0))
                .withMessage("plan id must be 1 or more: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Step(-1, new Action.Promote(VmId.of("db1")), new TreeSet<>()))
                .withMessage("step number must be 0 or more: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Plan(new PlanId(1), List.of(second)))
                .withMessageStartingWith("plan 1: step ")
                .withMessageEndingWith("stands at place 0");
        assertThat(new PlanId(2)).isGreaterThan(new PlanId(1));
    }

    @Test
    void aStepCanOnlyWaitForEarlierOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Step(1, new Action.Promote(VmId.of("db1")), new TreeSet<>(List.of(1))))
                .withMessage("step 1 can only wait for earlier steps: [1]");
    }

    private static String loadPlan(Inventory inventory, LoadSample sample) {
        FailoverConfig config = FailoverConfig.defaults();
        return new Planner(config)
                .plan(
                        new PlanId(1),
                        inventory,
                        HaPolicies.builder().config(config).build().load().decide(inventory, sample))
                .toText();
    }

    private String failbackPlan(String vm, String server) {
        Inventory served = reference.with(reference.requireVm(VmId.of(vm)).withServedBy(VmId.of(server)));
        FailoverConfig config = FailoverConfig.defaults();
        return new Planner(config)
                .plan(
                        new PlanId(1),
                        served,
                        HaPolicies.builder().config(config).build().failback().decide(served, VmId.of(vm)))
                .toText();
    }

    private static Plan plan(Inventory inventory, FaultReport report, FailoverConfig config) {
        Decision decision =
                HaPolicies.builder().config(config).build().failover().decide(inventory, report);
        return new Planner(config).plan(new PlanId(1), FaultEffects.apply(inventory, report), decision);
    }
}
