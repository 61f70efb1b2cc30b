package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.vmha.Fixtures;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.Explanation;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.LoadSample;
import io.vmha.policy.Outcome;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ManagementCenterTest {
    private static final VmId DB3 = VmId.of("db3");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();

    @Test
    void aReportEndsWithTheMachineOffAndItsRequestsServedByAnother() {
        ManagementCenter center = center().build();
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("db3")));

        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(datacenter.actual().requireVm(DB3).power()).isEqualTo(PowerState.OFF);
        assertThat(datacenter.routes()).containsEntry(DB3, VmId.of("db1"));
        assertThat(center.inventory().requireVm(DB3).servedBy()).contains(VmId.of("db1"));
    }

    @Test
    void aMachineThatCannotBeConfirmedOffKeepsItsRequests() {
        datacenter.change(actual -> FaultEffects.apply(actual, Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE)));
        ManagementCenter center = center().build();
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("db3")));

        assertThat(outcome.isCarriedOut()).isFalse();
        assertThat(outcome.actions())
                .extracting(ActionRecord::result)
                .containsExactly(
                        ActionResult.FAILED,
                        ActionResult.FAILED,
                        ActionResult.FAILED,
                        ActionResult.FAILED,
                        ActionResult.FAILED,
                        ActionResult.SKIPPED);
        assertThat(outcome.decision().parts())
                .singleElement()
                .satisfies(part -> assertThat(part.reason()).isEqualTo(Reason.FENCING_FAILED));
        assertThat(outcome.actions().get(0).detail()).startsWith("UNREACHABLE: ");
        assertThat(datacenter.routes()).isEmpty();
        assertThat(center.inventory().requireVm(DB3).servedBy()).isEmpty();
    }

    @Test
    void anUnreachableHostIsFencedBeforeItsDatabasesMove() {
        datacenter.inject(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));
        ManagementCenter center =
                center().fencingDevice(datacenter.fencingDevice()).build();
        DecisionOutcome outcome = run(center.submit(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE)));

        List<ActionKind> kinds =
                outcome.actions().stream().map(record -> record.action().kind()).toList();
        assertThat(kinds.indexOf(ActionKind.FENCE_HOST)).isNotNegative();
        assertThat(center.inventory().requireHost(HostId.of("h2")).health()).isEqualTo(HostHealth.DOWN);
        assertThat(datacenter.routes()).containsKey(DB3);
    }

    @Test
    void withoutAFencingDeviceTheDatabasesOfAnUnreachableHostStay() {
        ManagementCenter center = center().build();
        run(center.submit(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE)));

        assertThat(datacenter.routes()).doesNotContainKey(DB3).containsKey(VmId.of("mw3"));
    }

    @Test
    void aMachineThatIsClonedAnewIsHealthyAgain() {
        ManagementCenter center = center().build();
        run(center.submit(Fixtures.readOnly("mw1")));

        assertThat(center.inventory().requireVm(VmId.of("mw1")).health()).isEqualTo(VmHealth.HEALTHY);
        assertThat(datacenter.actual().requireVm(VmId.of("mw1")).power()).isEqualTo(PowerState.ON);
    }

    @Test
    void aSecondReportOfTheSameFaultIsIgnoredAndNothingIsDoneTwice() {
        ManagementCenter center = center().build();
        run(center.submit(Fixtures.readOnly("db3")));
        DecisionOutcome second = run(center.submit(Fixtures.readOnly("db3")));

        assertThat(second.plan().isEmpty()).isTrue();
        assertThat(second.actions()).isEmpty();
    }

    @Test
    void aReportIsAcceptedOnceItIsWrittenDownThoughItsPlanIsHeld() {
        InMemoryPlanJournal journal = new InMemoryPlanJournal();
        CenterConfig manual =
                CenterConfig.builder().automation(AutomationLevel.MANUAL).build();
        ManagementCenter center = center().config(manual).journal(journal).build();
        CompletionStage<Decision> accepted = center.accept(Fixtures.readOnly("db3"));
        time.runToEnd();

        assertThat(accepted.toCompletableFuture()).isCompleted();
        assertThat(journal.open(2).open()).hasSize(1);
    }

    @Test
    void whoWaitsForAPlanThatIsNotAtItsEndIsToldThatTheCenterIsClosed() {
        CenterConfig manual =
                CenterConfig.builder().automation(AutomationLevel.MANUAL).build();
        ManagementCenter center = center().config(manual).build();
        CompletionStage<DecisionOutcome> waiting = center.submit(Fixtures.readOnly("db3"));
        time.runToEnd();
        center.close();

        assertThat(waiting.toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void everyStepIsAnEventInOrder() {
        run(center().build().submit(Fixtures.readOnly("db3")));

        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("ReportAccepted", "Decided", "ActionEnded", "ActionEnded", "PlanEnded");
    }

    @Test
    void aListenerThatThrowsHarmsNothing() {
        ManagementCenter center = center().listener(event -> {
                    throw new IllegalStateException("a broken listener");
                })
                .build();

        assertThat(run(center.submit(Fixtures.readOnly("db3"))).isCarriedOut()).isTrue();
    }

    @Test
    void aPolicyThatLeavesRequestsBehindIsRefusedAndNotMended() {
        ManagementCenter center = center().policies(HaPolicies.builder()
                        .failover((inventory, report) -> report.subject().equals(new FaultSubject.OfVm(VmId.of("mw1")))
                                ? aloneTo(VmId.of("mw1"), VmId.of("mw3"))
                                : aloneTo(VmId.of("mw3"), VmId.of("mw4")))
                        .build())
                .build();
        run(center.submit(Fixtures.readOnly("mw1")));

        assertThat(run(center.submit(Fixtures.readOnly("mw3"))).decision().parts())
                .extracting(SubjectDecision::outcome, SubjectDecision::reason)
                .containsExactly(tuple(Outcome.BLOCKED, Reason.INVALID_DECISION));
    }

    private static SubjectDecision aloneTo(VmId vm, VmId target) {
        return new SubjectDecision.Redirect(
                vm,
                Trigger.FILESYSTEM_READ_ONLY,
                List.of(vm),
                target,
                ClusterRole.PRIMARY,
                false,
                Explanation.of(() -> "for the test"));
    }

    @Test
    void aPolicyThatThrowsFailsTheReportAndDoesNothingButTheFaultStaysOpen() {
        ManagementCenter center = center().policies(HaPolicies.builder()
                        .failover((inventory, report) -> {
                            throw new UnsupportedOperationException("no opinion");
                        })
                        .build())
                .build();
        CompletionStage<DecisionOutcome> outcome = center.submit(Fixtures.readOnly("db3"));
        time.runToEnd();

        assertThatThrownBy(() -> outcome.toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("no opinion");
        assertThat(datacenter.actual()).isEqualTo(reference);
        assertThat(center.inventory().requireVm(DB3).health()).isEqualTo(VmHealth.FAILED);
        assertThat(ask(center.unmet()))
                .extracting(UnmetNeed::subject, UnmetNeed::reason)
                .containsExactly(tuple(new FaultSubject.OfVm(DB3), Reason.INVALID_DECISION));
    }

    @Test
    void anUpdateThatIsRefusedChangesNothing() {
        ManagementCenter center = center().build();
        // The databases are read first.
        time.runToEnd();
        Inventory before = center.inventory();
        CompletionStage<Inventory> update = center.update(
                inventory -> inventory.with(Fixtures.middleware("x", "h9").build()));
        time.runToEnd();

        assertThatThrownBy(() -> update.toCompletableFuture().join()).hasMessageContaining("host h9");
        assertThat(center.inventory()).isEqualTo(before);
    }

    @Test
    void aHostThatIsBackKeepsWhatItLostAsItIs() {
        datacenter.inject(Fixtures.hostDown("h2"));
        ManagementCenter center = center().build();
        run(center.submit(Fixtures.hostDown("h2")));
        datacenter.change(actual -> FaultEffects.hostUp(actual, HostId.of("h2")));
        CompletionStage<Inventory> up = center.hostUp(HostId.of("h2"));
        time.runToEnd();

        assertThat(up.toCompletableFuture()).isCompleted();
        assertThat(center.inventory().requireHost(HostId.of("h2")).health()).isEqualTo(HostHealth.UP);
        assertThat(center.inventory().requireVm(DB3).health()).isEqualTo(VmHealth.FAILED);
    }

    @Test
    void aLoadedMachineGetsMoreOfItsHostsPool() {
        ManagementCenter center = center().build();
        DecisionOutcome outcome =
                run(center.load(new LoadSample(VmId.of("mw1"), 0.9, Optional.of(Resources.of(4_000, 8_192)))));

        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(datacenter.actual().requireVm(VmId.of("mw1")).allocation()).isEqualTo(Resources.of(4_000, 8_192));
        assertThat(center.inventory().requireVm(VmId.of("mw1")).load()).isEqualTo(0.45);
    }

    @Test
    void aHostThatGoesIntoMaintenanceIsEvacuatedAsFarAsThereIsRoom() {
        ManagementCenter center = center().build();
        DecisionOutcome outcome = run(center.maintenance(HostId.of("h1"), true, "operator"));

        assertThat(outcome.decision().parts()).hasSize(4);
        assertThat(datacenter.actual().requireVm(VmId.of("db1")).host()).isEqualTo(HostId.of("h2"));
        assertThat(center.inventory().requireHost(HostId.of("h1")).inMaintenance())
                .isTrue();
    }

    @Test
    void aMigrationThatFailsLeavesTheMachineWhereItWas() {
        datacenter.change(actual ->
                actual.with(actual.requireHost(HostId.of("h2")).withCpuPlatform(CpuPlatform.parse("another"))));
        ManagementCenter center = center().build();
        DecisionOutcome outcome = run(center.maintenance(HostId.of("h1"), true, "operator"));

        assertThat(outcome.isCarriedOut()).isFalse();
        assertThat(center.inventory().requireVm(VmId.of("db1")).host()).isEqualTo(HostId.of("h1"));
    }

    @Test
    void aRepairedMachineHasItsRequestsBackOnceAnOperatorApproves() {
        ManagementCenter center = center().build();
        run(center.submit(Fixtures.readOnly("db3")));
        DecisionOutcome held = run(center.repaired(DB3));

        assertThat(held.actions()).isEmpty();
        assertThat(datacenter.routes()).containsEntry(DB3, VmId.of("db1"));

        run(center.approve(held.plan().id(), "operator"));
        assertThat(datacenter.routes()).containsEntry(DB3, DB3);
        assertThat(center.inventory().requireVm(DB3).servedBy()).isEmpty();
    }

    /** What was confirmed off before it was repaired must not count for the center that comes after. */
    @Test
    void aRepairedMachineThatFailsAgainUnderTheNextCenterIsPoweredOffAgain() {
        PlanJournal journal = new InMemoryPlanJournal();
        ManagementCenter first = center().journal(journal).build();
        run(first.submit(Fixtures.readOnly("db3")));
        datacenter.change(actual -> FaultEffects.vmRepaired(actual, DB3));
        run(first.repaired(DB3));
        first.close();

        DecisionOutcome outcome = run(center().journal(journal)
                .build()
                .submit(FaultReport.ofVm(DB3, FaultKind.IO_ERROR, time.now(), "monitor:db3", 2)));

        assertThat(outcome.decision().parts())
                .extracting(SubjectDecision::outcome)
                .containsExactly(Outcome.REDIRECTED);
        assertThat(datacenter.actual().requireVm(DB3).power()).isEqualTo(PowerState.OFF);
    }

    @Test
    void aPlanThatIsNotHeldCannotBeApproved() {
        CompletionStage<DecisionOutcome> outcome = center().build().approve(new PlanId(7), "operator");
        time.runToEnd();

        assertThatThrownBy(() -> outcome.toCompletableFuture().join()).hasMessageContaining("no plan 7 is held");
    }

    @Test
    void withoutAnAdapterThereIsNoCenter() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ManagementCenter.builder().build())
                .withMessage("a management center needs an adapter");
    }

    @Test
    void onRealThreadsAReportIsCarriedOutToo() {
        try (ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .inventory(reference)
                .build()) {
            DecisionOutcome outcome = center.submit(Fixtures.readOnly("db3"))
                    .toCompletableFuture()
                    .join();

            assertThat(outcome.isCarriedOut()).isTrue();
        }
    }

    private ManagementCenter.Builder center() {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(reference)
                .scheduler(time)
                .listener(events::add);
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.advanceTo(time.now());
        return answer.toCompletableFuture().join();
    }

    private DecisionOutcome run(CompletionStage<DecisionOutcome> outcome) {
        time.runToEnd();
        return outcome.toCompletableFuture().join();
    }
}
