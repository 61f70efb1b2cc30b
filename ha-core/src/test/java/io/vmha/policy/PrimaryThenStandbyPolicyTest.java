package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableHost;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PrimaryThenStandbyPolicyTest {
    private final Inventory reference = Fixtures.referenceEmbodiment();

    @Test
    void requestsGoToTheLeastLoadedMachineOfTheTypeInThePrimaryCluster() {
        assertThat(rows(reference, Fixtures.readOnly("mw1"))).startsWith("mw1 REDIRECTED mw3 SAME_TYPE_PRIMARY");
    }

    @Test
    void aMachineOnAnotherHostIsPreferredToALessLoadedNeighbour() {
        assertThat(rows(change(reference, "mw2", vm -> vm.withLoad(0)), Fixtures.readOnly("mw1")))
                .startsWith("mw1 REDIRECTED mw3 SAME_TYPE_PRIMARY");
    }

    @Test
    void headroomCountsForMoreThanAnotherHost() {
        Inventory busy = change(change(reference, "mw3", vm -> vm.withLoad(0.9)), "mw4", vm -> vm.withLoad(0.9));

        assertThat(rows(busy, Fixtures.readOnly("mw1"))).startsWith("mw1 REDIRECTED mw2 SAME_TYPE_PRIMARY");
    }

    @Test
    void aMachineInAnotherRackIsPreferred() {
        Inventory sameRack = reference
                .with(ImmutableHost.copyOf(reference.requireHost(HostId.of("h2")))
                        .withRack(RackId.of("rack-of-h1")))
                .with(Fixtures.host("h4", ClusterRole.PRIMARY).build())
                .with(Fixtures.middleware("mw9", "h4").load(0.5).build());

        assertThat(rows(sameRack, Fixtures.readOnly("mw1"))).startsWith("mw1 REDIRECTED mw9 SAME_TYPE_PRIMARY");
    }

    @Test
    void aDegradedHostIsTheLastChoice() {
        Inventory degraded = reference.with(
                ImmutableHost.copyOf(reference.requireHost(HostId.of("h2"))).withHealth(HostHealth.DEGRADED));

        assertThat(rows(degraded, Fixtures.readOnly("mw1"))).startsWith("mw1 REDIRECTED mw2 SAME_TYPE_PRIMARY");
    }

    @Test
    void overloadTakesTheLeastLoadedPrimaryMachineAndSaysSo() {
        Inventory busy = reference;
        for (String vm : List.of("mw2", "mw3", "mw4")) {
            busy = change(busy, vm, machine -> machine.withLoad(0.95));
        }
        busy = change(busy, "mw4", vm -> vm.withLoad(0.9));
        SubjectDecision decision =
                decide(busy, Fixtures.readOnly("mw1")).parts().get(0);

        assertThat(decision).isInstanceOfSatisfying(SubjectDecision.Redirect.class, redirect -> {
            assertThat(redirect.target()).isEqualTo(VmId.of("mw4"));
            assertThat(redirect.overcommitted()).isTrue();
            assertThat(redirect.explain().sentence()).contains("OVERCOMMITTED");
        });
    }

    @Test
    void theStandbyIsTouchedOnlyWhenThePrimaryHasNoneOfTheTypeLeft() {
        Inventory noDatabases = failed(reference, "db1", "db2", "db4");

        assertThat(rows(noDatabases, Fixtures.readOnly("db3"))).containsExactly("db3 REDIRECTED db5 SAME_TYPE_STANDBY");
    }

    @Test
    void withWholeClusterActivationOneTypeAloneDoesNotGoToTheStandby() {
        FailoverConfig config = FailoverConfig.builder()
                .standbyActivation(StandbyActivation.WHOLE_CLUSTER)
                .build();
        Inventory noDatabases = failed(reference, "db1", "db2", "db4");
        Decision decision =
                PrimaryThenStandbyPolicy.builder().config(config).build().decide(noDatabases, Fixtures.readOnly("db3"));

        assertThat(decision.parts())
                .extracting(PrimaryThenStandbyPolicyTest::row)
                .containsExactly("db3 NO_TARGET  NO_SAME_TYPE_HEALTHY");
        assertThat(decision.parts().get(0).explain().sentence()).contains("standby cluster is not used");
    }

    @Test
    void withWholeClusterActivationTheStandbyServesOnceNothingPrimaryIsLeft() {
        FailoverConfig config = FailoverConfig.builder()
                .standbyActivation(StandbyActivation.WHOLE_CLUSTER)
                .build();
        Inventory oneHostLeft = FaultEffects.apply(reference, Fixtures.hostDown("h1"));
        Decision decision =
                PrimaryThenStandbyPolicy.builder().config(config).build().decide(oneHostLeft, Fixtures.hostDown("h2"));

        assertThat(decision.parts())
                .extracting(PrimaryThenStandbyPolicyTest::row)
                .contains("db4 REDIRECTED db6 SAME_TYPE_STANDBY", "mw3 REDIRECTED mw5 SAME_TYPE_STANDBY");
    }

    @Test
    void withoutAnyMachineOfTheTypeThereIsNoTarget() {
        Inventory none = failed(reference, "db1", "db2", "db4", "db5", "db6");

        assertThat(rows(none, Fixtures.readOnly("db3"))).containsExactly("db3 NO_TARGET  NO_SAME_TYPE_HEALTHY");
    }

    @Test
    void aHostsMachinesAreDecidedHighestPriorityFirstEachInSightOfTheOthers() {
        Inventory weighted = change(reference, "mw2", vm -> vm.withPriority(9));

        assertThat(rows(weighted, Fixtures.hostDown("h1")))
                .containsExactly(
                        "mw2 REDIRECTED mw3 SAME_TYPE_PRIMARY",
                        "db1 REDIRECTED db3 SAME_TYPE_PRIMARY",
                        "db2 REDIRECTED db4 SAME_TYPE_PRIMARY",
                        "mw1 REDIRECTED mw4 SAME_TYPE_PRIMARY",
                        "mw2 RECLONED h2 FROM_SHARED_POOL",
                        "mw1 RECLONED h2 FROM_SHARED_POOL");
    }

    @Test
    void whatAFailedMachineServedForOthersMovesWithIt() {
        Inventory served = change(failed(reference, "mw1"), "mw1", vm -> vm.withServedBy(VmId.of("mw3")));

        assertThat(decide(served, Fixtures.readOnly("mw3")).parts().get(0))
                .isInstanceOfSatisfying(
                        SubjectDecision.Redirect.class,
                        redirect -> assertThat(redirect.owners()).containsExactly(VmId.of("mw3"), VmId.of("mw1")));
    }

    @Test
    void aSecondReportOfAMachineThatIsServedElsewhereIsADuplicate() {
        Inventory served = change(failed(reference, "mw1"), "mw1", vm -> vm.withServedBy(VmId.of("mw3")));

        assertThat(rows(served, Fixtures.readOnly("mw1"))).containsExactly("mw1 IGNORED  DUPLICATE");
    }

    @Test
    void aRepairedMachineWhoseRequestsAreServedElsewhereMovesNothing() {
        Inventory repaired = change(reference, "mw1", vm -> vm.withServedBy(VmId.of("mw3")));

        assertThat(decide(repaired, Fixtures.readOnly("mw1")).parts().get(0))
                .isInstanceOfSatisfying(SubjectDecision.Redirect.class, redirect -> {
                    assertThat(redirect.owners()).isEmpty();
                    assertThat(redirect.target()).isEqualTo(VmId.of("mw3"));
                });
    }

    @Test
    void aReportAboutWhatIsNotInTheInventoryIsIgnoredByName() {
        assertThat(rows(reference, Fixtures.readOnly("ghost"))).containsExactly("ghost IGNORED  UNKNOWN_SUBJECT");
        assertThat(rows(reference, Fixtures.hostDown("h9"))).containsExactly("h9 IGNORED  UNKNOWN_SUBJECT");
    }

    @Test
    void aDegradedHostIsEvacuatedAndNothingOfItFailsOver() {
        assertThat(rows(reference, Fixtures.hostFault("h1", FaultKind.HOST_DEGRADED)))
                .containsExactly(
                        "db1 MIGRATED h2 HOST_EVACUATION",
                        "db2 BLOCKED  NO_CAPACITY",
                        "mw1 BLOCKED  NO_CAPACITY",
                        "mw2 BLOCKED  NO_CAPACITY");
    }

    @Test
    void aRestartGoesToTheLeastFullHostOfTheSameClusterThatKeepsAntiAffinity() {
        FailoverConfig config = FailoverConfig.builder()
                .putRecovery(VmType.MIDDLEWARE, RecoveryMode.RESTART)
                .build();
        AntiAffinityGroup group = AntiAffinityGroup.of("mw");
        Inventory inventory = change(reference, "mw1", vm -> vm.withAntiAffinity(group))
                .with(Fixtures.host("h4", ClusterRole.PRIMARY).build())
                .with(Fixtures.middleware("mw9", "h4").addAntiAffinity(group).build());
        Decision decision =
                PrimaryThenStandbyPolicy.builder().config(config).build().decide(inventory, Fixtures.hostDown("h1"));

        assertThat(decision.parts())
                .extracting(PrimaryThenStandbyPolicyTest::row)
                .contains("mw1 RESTARTED h2 FROM_SHARED_POOL", "mw2 RESTARTED h4 FROM_SHARED_POOL");
    }

    @Test
    void withoutRoomOnAnyHostNothingIsRestarted() {
        FailoverConfig config = FailoverConfig.builder()
                .putRecovery(VmType.DATABASE, RecoveryMode.RESTART)
                .build();
        Inventory full = reference.with(Fixtures.middleware("filler", "h2")
                .allocation(Resources.of(4_000, 1_024))
                .build());
        Decision decision =
                PrimaryThenStandbyPolicy.builder().config(config).build().decide(full, Fixtures.hostDown("h1"));

        assertThat(decision.parts())
                .extracting(PrimaryThenStandbyPolicyTest::row)
                .contains("db1 NO_TARGET  NO_CAPACITY", "db2 NO_TARGET  NO_CAPACITY");
    }

    @Test
    void aUsersRuleNarrowsTheCandidates() {
        FailoverPolicy policy = PrimaryThenStandbyPolicy.builder()
                .rule((candidate, context) -> candidate.vm().id().value().equals("mw3")
                        ? Optional.of("reserved for tests")
                        : Optional.empty())
                .build();
        SubjectDecision decision =
                policy.decide(reference, Fixtures.readOnly("mw1")).parts().get(0);

        assertThat(row(decision)).isEqualTo("mw1 REDIRECTED mw4 SAME_TYPE_PRIMARY");
        assertThat(decision.explain().candidates())
                .contains(new Explanation.Candidate("mw3", false, "reserved for tests"));
    }

    @Test
    void aUsersPreferenceComesAfterTheBuiltInOnes() {
        FailoverPolicy policy = PrimaryThenStandbyPolicy.builder()
                .preference(new Preference(
                        "a favourite",
                        (candidate, context) -> candidate.vm().id().value().equals("mw3") ? 1 : 0))
                .build();

        assertThat(row(policy.decide(reference, Fixtures.readOnly("mw1"))
                        .parts()
                        .get(0)))
                .isEqualTo("mw1 REDIRECTED mw4 SAME_TYPE_PRIMARY");
    }

    @Test
    void theExplanationNamesEveryCandidateAndWhyItWasPassedOver() {
        List<Explanation.Candidate> candidates = decide(failed(reference, "mw4"), Fixtures.readOnly("mw1"))
                .parts()
                .get(0)
                .explain()
                .candidates();

        assertThat(candidates)
                .containsExactly(
                        new Explanation.Candidate("mw3", true, "chosen"),
                        new Explanation.Candidate("mw1", false, "it is the failed VM"),
                        new Explanation.Candidate("mw2", false, "not on another host"),
                        new Explanation.Candidate("mw4", false, "it is FAILED and its power is ON"),
                        new Explanation.Candidate(
                                "mw5",
                                false,
                                "it is in the standby cluster, and the primary cluster has a healthy one"),
                        new Explanation.Candidate(
                                "mw6",
                                false,
                                "it is in the standby cluster, and the primary cluster has a healthy one"));
    }

    @Test
    void aStandbyDatabaseThatLagsTooFarIsNotTakenAndTheReasonSaysSo() {
        FailoverConfig config = FailoverConfig.builder()
                .maxReplicationLag(Duration.ofSeconds(5))
                .build();
        Inventory lagging = failed(reference, "db1", "db2", "db4");
        for (String vm : List.of("db5", "db6")) {
            lagging = change(lagging, vm, machine -> machine.withReplicationLag(Duration.ofSeconds(6)));
        }
        Decision decision =
                PrimaryThenStandbyPolicy.builder().config(config).build().decide(lagging, Fixtures.readOnly("db3"));

        assertThat(decision.parts())
                .extracting(PrimaryThenStandbyPolicyTest::row)
                .containsExactly("db3 NO_TARGET  REPLICATION_LAG");
    }

    @Test
    void overloadUsesTheStandbyWhereTheOperatorAllowsIt() {
        FailoverConfig config =
                FailoverConfig.builder().overloadUsesStandby(true).build();
        Inventory busy = reference;
        for (String vm : List.of("mw2", "mw3", "mw4")) {
            busy = change(busy, vm, machine -> machine.withLoad(0.95));
        }

        assertThat(row(PrimaryThenStandbyPolicy.builder()
                        .config(config)
                        .build()
                        .decide(busy, Fixtures.readOnly("mw1"))
                        .parts()
                        .get(0)))
                .isEqualTo("mw1 REDIRECTED mw5 SAME_TYPE_STANDBY");
    }

    @Test
    void severalHostsFailTogetherOnlyIfAllAreDownOrAllUnreachable() {
        PrimaryThenStandbyPolicy policy = PrimaryThenStandbyPolicy.withDefaults();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.decideAll(reference, List.of()))
                .withMessage("at least one report is needed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.decideAll(reference, List.of(Fixtures.readOnly("mw1"))))
                .withMessage("only hosts that are down or unreachable fail over together: FILESYSTEM_READ_ONLY");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.decideAll(
                        reference,
                        List.of(Fixtures.hostDown("h1"), Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE))))
                .withMessage("reports of one kind are needed: HOST_DOWN and HOST_UNREACHABLE");
        assertThat(policy.decideAll(reference, List.of(Fixtures.hostFault("h1", FaultKind.HOST_UNREACHABLE)))
                        .parts())
                .extracting(SubjectDecision::trigger)
                .containsOnly(Trigger.HOST_UNREACHABLE);
    }

    private static Decision decide(Inventory inventory, FaultReport report) {
        return PrimaryThenStandbyPolicy.withDefaults().decide(inventory, report);
    }

    private static List<String> rows(Inventory inventory, FaultReport report) {
        return decide(inventory, report).parts().stream()
                .map(PrimaryThenStandbyPolicyTest::row)
                .toList();
    }

    private static String row(SubjectDecision decision) {
        return DecisionText.row(decision);
    }

    private static Inventory failed(Inventory inventory, String... vms) {
        Inventory changed = inventory;
        for (String vm : vms) {
            changed = change(changed, vm, machine -> machine.withHealth(VmHealth.FAILED));
        }
        return changed;
    }

    private static Inventory change(Inventory inventory, String vm, UnaryOperator<ImmutableVirtualMachine> change) {
        return inventory.with(change.apply(ImmutableVirtualMachine.copyOf(inventory.requireVm(VmId.of(vm)))));
    }
}
