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
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
                .with(reference.requireHost(HostId.of("h2")).withRack(RackId.of("rack-of-h1")))
                .with(Fixtures.host("h4", ClusterRole.PRIMARY).build())
                .with(Fixtures.middleware("mw9", "h4").load(0.5).build());

        assertThat(rows(sameRack, Fixtures.readOnly("mw1"))).startsWith("mw1 REDIRECTED mw9 SAME_TYPE_PRIMARY");
    }

    @Test
    void aDegradedHostIsTheLastChoice() {
        Inventory degraded =
                reference.with(reference.requireHost(HostId.of("h2")).withHealth(HostHealth.DEGRADED));

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
                HaPolicies.builder().config(config).build().failover().decide(noDatabases, Fixtures.readOnly("db3"));

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
                HaPolicies.builder().config(config).build().failover().decide(oneHostLeft, Fixtures.hostDown("h2"));

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
    void aReportOfAFailedVmThatIsServedElsewhereMovesNothingAndStillRecoversIt() {
        Inventory served = change(failed(reference, "mw1"), "mw1", vm -> vm.withServedBy(VmId.of("mw3")));
        Decision decision = decide(served, Fixtures.readOnly("mw1"));

        assertThat(decision.parts())
                .extracting(DecisionText::row)
                .containsExactly("mw1 REDIRECTED mw3 SAME_TYPE_PRIMARY", "mw1 RECLONED h1 FROM_SHARED_POOL");
        assertThat(decision.parts().get(0))
                .isInstanceOfSatisfying(
                        SubjectDecision.Redirect.class,
                        redirect -> assertThat(redirect.owners()).isEmpty());
    }

    @Test
    void aReportOfAFailedVmWhoseServerFailedTooMovesItsRequestsOn() {
        Inventory served = change(failed(reference, "mw1", "mw3"), "mw1", vm -> vm.withServedBy(VmId.of("mw3")));

        assertThat(rows(served, Fixtures.readOnly("mw1"))).startsWith("mw1 REDIRECTED mw4 SAME_TYPE_PRIMARY");
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
                HaPolicies.builder().config(config).build().failover().decide(inventory, Fixtures.hostDown("h1"));

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
                HaPolicies.builder().config(config).build().failover().decide(full, Fixtures.hostDown("h1"));

        assertThat(decision.parts())
                .extracting(PrimaryThenStandbyPolicyTest::row)
                .contains("db1 NO_TARGET  NO_CAPACITY", "db2 NO_TARGET  NO_CAPACITY");
    }

    @Test
    void aUsersRuleNarrowsTheCandidates() {
        FailoverPolicy policy = HaPolicies.builder()
                .rule((candidate, context) -> candidate.vm().id().value().equals("mw3")
                        ? Optional.of("reserved for tests")
                        : Optional.empty())
                .build()
                .failover();
        SubjectDecision decision =
                policy.decide(reference, Fixtures.readOnly("mw1")).parts().get(0);

        assertThat(row(decision)).isEqualTo("mw1 REDIRECTED mw4 SAME_TYPE_PRIMARY");
        assertThat(decision.explain().candidates())
                .contains(new Explanation.Candidate("mw3", false, "reserved for tests"));
    }

    @Test
    void aUsersPreferenceComesAfterTheBuiltInOnes() {
        FailoverPolicy policy = HaPolicies.builder()
                .preference(new Preference(
                        "a favourite",
                        (candidate, context) -> candidate.vm().id().value().equals("mw3") ? 1 : 0))
                .build()
                .failover();

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
                HaPolicies.builder().config(config).build().failover().decide(lagging, Fixtures.readOnly("db3"));

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

        assertThat(row(HaPolicies.builder()
                        .config(config)
                        .build()
                        .failover()
                        .decide(busy, Fixtures.readOnly("mw1"))
                        .parts()
                        .get(0)))
                .isEqualTo("mw1 REDIRECTED mw5 SAME_TYPE_STANDBY");
    }

    @Test
    void aBatchNeedsAReport() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HaPolicies.withDefaults().failover().decideAll(reference, List.of()))
                .withMessage("at least one report is needed");
    }

    private static Decision decideAll(Inventory inventory, FaultReport... reports) {
        return HaPolicies.withDefaults().failover().decideAll(inventory, List.of(reports));
    }

    @Test
    void hostsThatAreDownAndUnreachableAreOneBatchInWhichEachVmHasItsOwnHostsTrigger() {
        Inventory inventory = change(reference, "mw3", vm -> vm.withPriority(5));
        Decision decision =
                decideAll(inventory, Fixtures.hostDown("h1"), Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));

        assertThat(decision.parts())
                .extracting(part -> part.subject() + " " + part.trigger())
                .startsWith("mw3 HOST_UNREACHABLE", "db1 HOST_DOWN", "db2 HOST_DOWN", "db3 HOST_UNREACHABLE");
        assertThat(decision.parts())
                .extracting(DecisionText::row)
                .contains("mw3 REDIRECTED mw5 SAME_TYPE_STANDBY", "db1 REDIRECTED db5 SAME_TYPE_STANDBY");
    }

    @Test
    void aVmsOwnFaultIsDecidedWithTheHostsThatFailInOneOrderOfPriority() {
        Inventory inventory = change(reference, "mw4", vm -> vm.withPriority(5));

        assertThat(decideAll(inventory, Fixtures.hostDown("h1"), Fixtures.readOnly("mw4"))
                        .parts())
                .extracting(DecisionText::row)
                .containsExactly(
                        "mw4 REDIRECTED mw3 SAME_TYPE_PRIMARY",
                        "db1 REDIRECTED db3 SAME_TYPE_PRIMARY",
                        "db2 REDIRECTED db4 SAME_TYPE_PRIMARY",
                        "mw1 REDIRECTED mw3 SAME_TYPE_PRIMARY",
                        "mw2 REDIRECTED mw3 SAME_TYPE_PRIMARY",
                        "mw4 RECLONED h2 FROM_SHARED_POOL",
                        "mw1 RECLONED h2 FROM_SHARED_POOL",
                        "mw2 RECLONED h2 FROM_SHARED_POOL");
    }

    @Test
    void aVmsOwnFaultOnALostHostIsItsHosts() {
        assertThat(decideAll(reference, Fixtures.readOnly("mw1"), Fixtures.hostDown("h1"))
                        .parts())
                .extracting(SubjectDecision::trigger)
                .containsOnly(Trigger.HOST_DOWN);
    }

    @Test
    void thatAHostIsDownCountsForMoreThanThatItIsUnreachable() {
        assertThat(decideAll(reference, Fixtures.hostFault("h1", FaultKind.HOST_UNREACHABLE), Fixtures.hostDown("h1"))
                        .parts())
                .hasSize(6)
                .extracting(SubjectDecision::trigger)
                .containsOnly(Trigger.HOST_DOWN);
    }

    @Test
    void aDegradedHostIsEvacuatedAfterTheFailoversOfTheSameBatch() {
        Inventory inventory =
                reference.with(Fixtures.host("h4", ClusterRole.PRIMARY).build());
        Decision decision = decideAll(
                inventory,
                Fixtures.hostFault("h2", FaultKind.HOST_DEGRADED),
                Fixtures.readOnly("mw1"),
                Fixtures.readOnly("db4"));

        assertThat(decision.parts())
                .extracting(DecisionText::row)
                .containsExactly(
                        "db4 REDIRECTED db1 SAME_TYPE_PRIMARY",
                        "mw1 REDIRECTED mw2 SAME_TYPE_PRIMARY",
                        "mw1 RECLONED h4 FROM_SHARED_POOL",
                        "db3 MIGRATED h4 HOST_EVACUATION",
                        "mw3 MIGRATED h4 HOST_EVACUATION",
                        "mw4 MIGRATED h4 HOST_EVACUATION");
    }

    @Test
    void whatIsNotInTheInventoryIsIgnoredByNameInABatchToo() {
        assertThat(decideAll(reference, Fixtures.hostDown("h9"), Fixtures.readOnly("db1"), Fixtures.readOnly("ghost"))
                        .parts())
                .extracting(DecisionText::row)
                .containsExactly(
                        "db1 REDIRECTED db3 SAME_TYPE_PRIMARY",
                        "h9 IGNORED  UNKNOWN_SUBJECT",
                        "ghost IGNORED  UNKNOWN_SUBJECT");
    }

    @Test
    void aRestartOfABatchUsesTheRoomThatAnotherOneLeft() {
        FailoverConfig config = FailoverConfig.builder()
                .putRecovery(VmType.DATABASE, RecoveryMode.RESTART)
                .build();
        Inventory inventory = Inventory.builder()
                .add(Fixtures.host("h1", ClusterRole.PRIMARY).build())
                .add(Fixtures.host("h2", ClusterRole.PRIMARY).build())
                .add(Fixtures.database("db1", "h1").priority(1).build())
                .add(Fixtures.middleware("filler1", "h1")
                        .allocation(Resources.of(12_000, 8_192))
                        .build())
                .add(Fixtures.database("db2", "h2").build())
                .add(Fixtures.middleware("filler2", "h2")
                        .allocation(Resources.of(8_000, 40_000))
                        .build())
                .build();
        Decision decision = HaPolicies.builder()
                .config(config)
                .build()
                .failover()
                .decideAll(inventory, List.of(Fixtures.readOnly("db1"), Fixtures.hostDown("h2")));

        assertThat(decision.parts())
                .extracting(DecisionText::row)
                .startsWith("db1 RESTARTED h1 FROM_SHARED_POOL", "db2 NO_TARGET  NO_CAPACITY");
    }

    @Test
    void requestsGoOnlyToVmsWithTheSameLabels() {
        FailoverConfig config = FailoverConfig.builder().addSameLabel("tenant").build();
        FailoverPolicy policy = HaPolicies.builder().config(config).build().failover();
        Inventory red = change(
                change(reference, "mw1", vm -> vm.withLabels(Map.of("tenant", "red"))),
                "mw4",
                vm -> vm.withLabels(Map.of("tenant", "red", "other", "x")));

        assertThat(DecisionText.row(
                        policy.decide(red, Fixtures.readOnly("mw1")).parts().get(0)))
                .isEqualTo("mw1 REDIRECTED mw4 SAME_TYPE_PRIMARY");
        assertThat(DecisionText.row(
                        policy.decide(red, Fixtures.readOnly("mw2")).parts().get(0)))
                .as("both without the label")
                .isEqualTo("mw2 REDIRECTED mw3 SAME_TYPE_PRIMARY");
    }

    @Test
    void whereRulesAloneLeaveNoTargetTheReasonSaysSo() {
        FailoverConfig config = FailoverConfig.builder().addSameLabel("tenant").build();
        Inventory red = change(reference, "db1", vm -> vm.withLabels(Map.of("tenant", "red")));
        Decision byLabel =
                HaPolicies.builder().config(config).build().failover().decide(red, Fixtures.readOnly("db1"));
        Decision byRule = HaPolicies.builder()
                .rule((candidate, context) -> Optional.of("never"))
                .build()
                .failover()
                .decide(reference, Fixtures.readOnly("db1"));

        assertThat(byLabel.parts()).extracting(DecisionText::row).containsExactly("db1 NO_TARGET  RULE");
        assertThat(byLabel.parts().get(0).explain().candidates())
                .contains(new Explanation.Candidate("db3", false, "its label tenant is absent, not red"));
        assertThat(byRule.parts()).extracting(DecisionText::row).containsExactly("db1 NO_TARGET  RULE");
    }

    @Test
    void aStandbyDatabaseWhoseLagIsUnknownIsNotTakenWhereThereIsALimit() {
        Inventory unknown = failed(reference, "db1", "db2", "db4");
        for (String vm : List.of("db5", "db6")) {
            unknown = change(unknown, vm, standby -> standby.withReplicationLagUnknown(true));
        }
        FailoverConfig limited = FailoverConfig.builder()
                .maxReplicationLag(Duration.ofSeconds(5))
                .build();
        Decision decision =
                HaPolicies.builder().config(limited).build().failover().decide(unknown, Fixtures.readOnly("db3"));

        assertThat(decision.parts()).extracting(DecisionText::row).containsExactly("db3 NO_TARGET  LAG_UNKNOWN");
        assertThat(decision.parts().get(0).explain().candidates())
                .contains(new Explanation.Candidate("db5", false, "its database is an unknown time behind its source"));
        assertThat(rows(unknown, Fixtures.readOnly("db3"))).containsExactly("db3 REDIRECTED db5 SAME_TYPE_STANDBY");
    }

    @Test
    void theReasonWithoutAHostIsThatOfTheHostThatPassesMostRules() {
        FailoverConfig config = FailoverConfig.builder()
                .putRecovery(VmType.DATABASE, RecoveryMode.RESTART)
                .build();
        FailoverPolicy restarts = HaPolicies.builder().config(config).build().failover();
        FailoverPolicy refuses = HaPolicies.builder()
                .config(config)
                .placementRule((vm, host, context) -> Optional.of("not today"))
                .build()
                .failover();
        AntiAffinityGroup group = AntiAffinityGroup.of("db");
        Inventory drained =
                reference.with(reference.requireHost(HostId.of("h2")).withInMaintenance(true));
        Inventory apart = change(
                change(reference, "db1", vm -> vm.withAntiAffinity(group)), "db3", vm -> vm.withAntiAffinity(group));

        assertThat(restart(restarts, drained)).isEqualTo("db1 NO_TARGET  HOST_IN_MAINTENANCE");
        assertThat(restart(restarts, apart)).isEqualTo("db1 NO_TARGET  ANTI_AFFINITY");
        assertThat(restart(refuses, reference)).isEqualTo("db1 NO_TARGET  RULE");
        assertThat(restart(refuses, drained)).isEqualTo("db1 NO_TARGET  HOST_IN_MAINTENANCE");
        assertThat(restart(
                        restarts,
                        reference.with(reference.requireHost(HostId.of("h2")).withHealth(HostHealth.DEGRADED))))
                .isEqualTo("db1 NO_TARGET  NO_CAPACITY");
    }

    private static String restart(FailoverPolicy policy, Inventory inventory) {
        return DecisionText.row(
                policy.decide(inventory, Fixtures.hostDown("h1")).parts().get(0));
    }

    private static Decision decide(Inventory inventory, FaultReport report) {
        return HaPolicies.withDefaults().failover().decide(inventory, report);
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

    private static Inventory change(Inventory inventory, String vm, UnaryOperator<VirtualMachine> change) {
        return inventory.with(change.apply(inventory.requireVm(VmId.of(vm))));
    }
}
