package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.Fixtures;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.RecoveryLimit;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.NeedKind;
import io.vmha.center.event.PlanView;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.event.WhatIf;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.ReadingToken;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.Outcome;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What operators and the orchestrator may call, and what follows. */
class OperatorCallsTest {
    /** Of the jitter between tries. */
    private static final long SEED = 1;

    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW2 = VmId.of("mw2");
    private static final VmId DB3 = VmId.of("db3");
    private static final HostId H1 = HostId.of("h1");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();
    private final PlanJournal journal = new InMemoryPlanJournal();
    private Optional<RecoveryLimit> recoveryLimit = Optional.empty();
    private long epoch;
    private long sequence;

    @Test
    void anOpenPlanIsListedWithWhatHoldsItAndAnApprovalCarriesItOut() {
        ManagementCenter center = center(AutomationLevel.MANUAL);
        CompletionStage<DecisionOutcome> reported = fail(center, DB3);
        PlanView plan = ask(center.plans()).get(0);

        assertThat(plan.heldFor()).contains(Reason.AWAITING_APPROVAL);
        assertThat(plan.revision()).isEqualTo(1);
        assertThat(plan.report()).isPresent();
        assertThat(plan.open().steps()).hasSameSizeAs(plan.plan().steps());
        DecisionOutcome outcome = ask(center.approve(plan.plan().id(), "alice"));
        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(ask(reported)).isEqualTo(outcome);
        assertThat(ask(center.plans())).isEmpty();
    }

    @Test
    void aRejectedPlanDoesNothingAndItsNeedIsDecidedAgainByANewReportOnly() {
        ManagementCenter center = center(AutomationLevel.MANUAL);
        fail(center, DB3);
        ask(center.reject(ask(center.plans()).get(0).plan().id(), "alice"));

        assertThat(ask(center.plans())).isEmpty();
        assertThat(datacenter.actual().requireVm(DB3).power()).isEqualTo(PowerState.ON);
        assertThat(needs(center, DB3)).extracting(UnmetNeed::reason).containsOnly(Reason.REJECTED);
        ask(center.add(Fixtures.database("db7", "h1")
                .allocation(Resources.of(100, 256))
                .build()));
        assertThat(ask(center.plans())).isEmpty();

        fail(center, DB3);
        assertThat(ask(center.plans())).hasSize(1);
    }

    @Test
    void whatIsNotHeldIsNeitherApprovedNorRejected() {
        ManagementCenter center = center(AutomationLevel.FULL);

        assertThatThrownBy(() -> ask(center.approve(new PlanId(3), "alice"))).hasMessageContaining("no plan 3 is held");
        assertThatThrownBy(() -> ask(center.reject(new PlanId(3), "alice"))).hasMessageContaining("no plan 3 is held");
    }

    @Test
    void whoCallsMustBeNamed() {
        ManagementCenter center = center(AutomationLevel.FULL);
        List<Runnable> nameless = List.of(
                () -> center.approve(new PlanId(1), " "),
                () -> center.reject(new PlanId(1), ""),
                () -> center.pause(""),
                () -> center.resume("\t"),
                () -> center.automation(AutomationLevel.FULL, ""),
                () -> center.maintenance(H1, true, ""),
                () -> center.acceptReplicationLag(DB3, ""),
                () -> center.desired(MW1, DesiredState.OFF, ""));

        nameless.forEach(call ->
                assertThatIllegalArgumentException().isThrownBy(call::run).withMessage("operator must not be blank"));
    }

    @Test
    void aPausedCenterTakesReportsAndDecidesThemOnceItIsResumedThoughItWasRestarted() {
        ManagementCenter first = center(AutomationLevel.FULL);
        ask(first.pause("alice"));
        first.close();
        ManagementCenter center = center(AutomationLevel.FULL);
        CompletionStage<DecisionOutcome> reported = fail(center, DB3);

        assertThat(reported.toCompletableFuture()).isNotDone();
        assertThat(center.inventory().requireVm(DB3).health()).isEqualTo(VmHealth.FAILED);
        assertThat(datacenter.actual().requireVm(DB3).power()).isEqualTo(PowerState.ON);

        ask(center.resume("alice"));
        assertThat(ask(reported).isCarriedOut()).isTrue();
    }

    @Test
    void theAutomationLevelIsChangedWhileItRunsAndSurvives() {
        ManagementCenter first = center(AutomationLevel.FULL);
        ask(first.automation(AutomationLevel.MANUAL, "alice"));
        first.close();
        ManagementCenter center = center(AutomationLevel.FULL);
        CompletionStage<DecisionOutcome> reported = fail(center, DB3);
        assertThat(ask(center.plans()).get(0).heldFor()).contains(Reason.AWAITING_APPROVAL);

        ask(center.automation(AutomationLevel.FULL, "alice"));
        assertThat(ask(reported).isCarriedOut()).isTrue();
    }

    @Test
    void aVmThatIsWantedOffGivesItsRequestsAwayFirstAndHasThemBackOnceItRunsAgain() {
        ManagementCenter center = center(AutomationLevel.FULL);
        DecisionOutcome stopped = ask(center.desired(MW1, DesiredState.OFF, "alice"));

        assertThat(stopped.isCarriedOut()).isTrue();
        assertThat(stopped.actions())
                .extracting(action -> action.action().kind().name())
                .containsExactly("REDIRECT", "POWER_OFF");
        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.OFF);
        assertThat(datacenter.routes()).containsKey(MW1);

        ask(center.desired(MW1, DesiredState.RUNNING, "alice"));
        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
        ask(center.plans()).forEach(plan -> center.approve(plan.plan().id(), "alice"));
        time.runToEnd();
        assertThat(datacenter.routes()).containsEntry(MW1, MW1);
    }

    @Test
    void aVmThatIsWantedOffAndHasNobodyToServeForItWaitsAndSaysSo() {
        ManagementCenter center = center(AutomationLevel.FULL);
        for (String vm : List.of("mw2", "mw3", "mw4", "mw5", "mw6")) {
            ask(center.desired(VmId.of(vm), DesiredState.OFF, "alice"));
        }
        ask(center.desired(MW1, DesiredState.OFF, "alice"));
        time.runToEnd();

        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
        assertThat(needs(center, MW1))
                .extracting(UnmetNeed::need, UnmetNeed::reason)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(NeedKind.SERVE, Reason.NO_SAME_TYPE_HEALTHY));
    }

    @Test
    void aVmThatIsWantedOffAndCannotBePoweredOffIsListedAndTriedAgainAtLongerAndLongerTimes() {
        ManagementCenter center = center(AutomationLevel.FULL);
        datacenter.change(actual -> actual.with(actual.requireHost(H1).withHealth(HostHealth.UNREACHABLE)));
        ask(center.desired(MW1, DesiredState.OFF, "alice"));
        time.advanceTo(time.now().plus(Duration.ofHours(2)));

        assertThat(needs(center, MW1)).extracting(UnmetNeed::reason).containsExactly(Reason.FENCING_FAILED);
        long tries = events.stream()
                .filter(event -> event instanceof HaEvent.Decided decided
                        && !decided.plan().isEmpty())
                .count();
        assertThat(tries).isBetween(3L, 15L);

        datacenter.change(actual -> actual.with(actual.requireHost(H1).withHealth(HostHealth.UP)));
        time.advanceTo(time.now().plus(Duration.ofMinutes(20)));
        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.OFF);
        assertThat(needs(center, MW1)).isEmpty();
    }

    @Test
    void nothingIsDoneAboutAVmThatIsNotManaged() {
        ManagementCenter center = center(AutomationLevel.FULL);
        ask(center.desired(MW1, DesiredState.UNMANAGED, "alice"));
        DecisionOutcome outcome = ask(fail(center, MW1));

        assertThat(outcome.decision().parts())
                .extracting(SubjectDecision::reason)
                .containsExactly(Reason.NOT_WANTED);
        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
    }

    @Test
    void whatWouldBeDoneIsToldAndNotDone() {
        ManagementCenter center = center(AutomationLevel.PARTIAL);
        time.runToEnd();
        Inventory before = center.inventory();
        WhatIf whatIf = ask(center.whatIf(Fixtures.readOnly("db3")));

        assertThat(whatIf.decision().parts())
                .extracting(SubjectDecision::outcome)
                .containsExactly(Outcome.REDIRECTED);
        assertThat(whatIf.plan().toText()).contains("power off db3").contains("redirect requests of db3 to db1");
        assertThat(whatIf.heldFor()).contains(Reason.AWAITING_APPROVAL);
        assertThat(center.inventory()).isEqualTo(before);
        assertThat(datacenter.actual()).isEqualTo(reference);
        assertThat(events).isEmpty();
    }

    @Test
    void whoWasServedByADeletedVmIsServedByAnother() {
        ManagementCenter center = center(AutomationLevel.FULL);
        ask(fail(center, DB3));
        VmId server = datacenter.routes().get(DB3);
        datacenter.change(actual -> actual.without(server));
        ask(center.remove(server));
        time.runToEnd();

        assertThat(center.inventory().vm(server)).isEmpty();
        assertThat(center.inventory().requireVm(DB3).servedBy()).isPresent();
        assertThat(datacenter.routes().get(DB3)).isNotEqualTo(server).isNotEqualTo(DB3);
    }

    @Test
    void aHostWithVmsIsNotRemovedAndOneWithoutIs() {
        ManagementCenter center = center(AutomationLevel.FULL);
        assertThatThrownBy(() -> ask(center.remove(H1)))
                .hasMessageContaining("h1")
                .hasMessageContaining("mw1");

        HostId empty = HostId.of("h4");
        ask(center.add(Fixtures.host("h4", io.vmha.model.ClusterRole.PRIMARY).build()));
        assertThat(center.inventory().host(empty)).isPresent();
        ask(center.remove(empty));
        assertThat(center.inventory().host(empty)).isEmpty();
    }

    @Test
    void anUpdateThatReturnsNothingIsRefused() {
        ManagementCenter center = center(AutomationLevel.FULL);
        time.runToEnd();
        Inventory before = center.inventory();
        UnaryOperator<Inventory> broken = inventory -> uncheckedNull();

        assertThatThrownBy(() -> ask(center.update(broken)))
                .hasMessageContaining("an update must return an inventory, not null");
        assertThat(center.inventory()).isEqualTo(before);
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals", "DataFlowIssue"})
    private static <T> T uncheckedNull() {
        return (T) null;
    }

    @Test
    void anUpdateChangesWhatIsDeclaredAndNothingElse() {
        ManagementCenter center = center(AutomationLevel.FULL);
        time.runToEnd();
        VirtualMachine mw1 = reference.requireVm(MW1);
        Inventory after = ask(center.update(
                inventory -> inventory.with(mw1.withPriority(9).withLabels(java.util.Map.of("team", "blue")))));
        assertThat(after.requireVm(MW1).priority()).isEqualTo(9);
        assertThat(after.requireVm(MW1).labels()).containsEntry("team", "blue");

        VirtualMachine known = after.requireVm(MW1);
        assertRefused(center, "health", known.withHealth(VmHealth.FAILED));
        assertRefused(center, "servedBy", known.withServedBy(MW2));
        assertRefused(center, "host", known.withHost(HostId.of("h2")));
        assertRefused(center, "power", known.withPower(PowerState.OFF));
        assertRefused(center, "allocation", known.withAllocation(Resources.of(1_000, 1_024)));
        assertRefused(center, "load", known.withLoad(0.9));
        assertRefused(center, "replicationLag", after.requireVm(DB3).withReplicationLag(java.time.Duration.ZERO));
        Host host = after.requireHost(H1);
        assertThatThrownBy(() -> ask(center.update(inventory -> inventory.with(host.withHealth(HostHealth.DOWN)))))
                .hasMessageContaining("h1: health is not changed by an update");
        assertThatThrownBy(() -> ask(center.update(inventory -> inventory.with(host.withInMaintenance(true)))))
                .hasMessageContaining("h1: inMaintenance is not changed by an update, but by maintenance");
        assertThat(center.inventory()).isEqualTo(after);
    }

    private void assertRefused(ManagementCenter center, String field, VirtualMachine changed) {
        assertThatThrownBy(() -> ask(center.update(inventory -> inventory.with(changed))))
                .as(field)
                .hasMessageContaining(changed.id() + ": " + field + " is not changed by an update");
    }

    @Test
    void aReportOfAVmThatIsNotKnownYetIsKeptUntilItIs() {
        ManagementCenter center = center(AutomationLevel.FULL);
        FaultReport early = FaultReport.ofVm(VmId.of("mw9"), FaultKind.SERVICE_DOWN, time.now(), "monitor:mw9", 1);
        CompletionStage<DecisionOutcome> reported = center.submit(early);
        time.advanceTo(time.now().plusSeconds(29));
        assertThat(reported.toCompletableFuture()).isNotDone();

        VirtualMachine vm = Fixtures.middleware("mw9", "h1")
                .allocation(Resources.of(100, 256))
                .build();
        datacenter.change(actual -> actual.with(vm));
        ask(center.add(vm));
        time.runToEnd();
        assertThat(ask(reported).isCarriedOut()).isTrue();
    }

    @Test
    void aReportOfAVmThatStaysUnknownIsNotMarkedAsTaken() {
        ManagementCenter center = center(AutomationLevel.FULL);
        FaultReport early = FaultReport.ofVm(VmId.of("mw9"), FaultKind.SERVICE_DOWN, time.now(), "monitor:mw9", 1);
        CompletionStage<?> accepted = center.accept(early);
        time.advanceTo(time.now().plusSeconds(31));
        assertThatThrownBy(() -> accepted.toCompletableFuture().join())
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not in the inventory: mw9");

        VirtualMachine vm = Fixtures.middleware("mw9", "h1")
                .allocation(Resources.of(100, 256))
                .build();
        datacenter.change(actual -> actual.with(vm));
        ask(center.add(vm));
        assertThat(ask(center.submit(early)).isCarriedOut()).isTrue();
    }

    @Test
    void aReportThatWasObservedBeforeARepairIsStale() {
        ManagementCenter center = center(AutomationLevel.FULL);
        FaultReport late = FaultReport.ofVm(DB3, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:db3", ++sequence);
        time.advanceTo(time.now().plusSeconds(5));
        ask(center.repaired(DB3));
        DecisionOutcome outcome = ask(center.submit(late));

        assertThat(outcome.decision().parts())
                .extracting(SubjectDecision::reason)
                .containsExactly(Reason.STALE);
        assertThat(datacenter.actual().requireVm(DB3).power()).isEqualTo(PowerState.ON);
    }

    @Test
    void aReadingThatBeganWithAnEarlierCenterIsRefusedByALaterOne() {
        ManagementCenter first = center(AutomationLevel.FULL);
        ReadingToken token = ask(first.beginReading());
        PlatformSnapshot early = PlatformSnapshot.of(reference);
        first.close();
        datacenter.change(actual -> actual.without(MW1));
        ManagementCenter center = center(AutomationLevel.FULL);
        ask(center.remove(MW1));

        assertThatThrownBy(() -> ask(center.observe(token, early)))
                .hasMessageContaining("another center issued")
                .hasMessageContaining("begin a reading anew");
        assertThat(center.inventory().vm(MW1)).isEmpty();
    }

    @Test
    void aRepairClearsTheRecoveriesForTheNextCenterToo() {
        recoveryLimit = Optional.of(new RecoveryLimit(1, Duration.ofHours(1)));
        ManagementCenter first = center(AutomationLevel.FULL);
        ask(fail(first, MW1));
        ask(first.repaired(MW1));
        first.close();
        ManagementCenter center = center(AutomationLevel.FULL);

        assertThat(ask(fail(center, MW1)).decision().parts())
                .extracting(SubjectDecision::reason)
                .doesNotContain(Reason.RECOVERY_LIMIT);
    }

    /** What a recovery limit holds: restarts, clones and returns home; never that requests leave what is dead. */
    @Test
    void aRecoveryLimitHoldsAReturnAndTheRequestsOfItsOwnerStillLeaveADeadServer() {
        recoveryLimit = Optional.of(new RecoveryLimit(1, Duration.ofHours(1)));
        ManagementCenter center = center(AutomationLevel.FULL);
        ask(fail(center, MW1));
        VmId server = datacenter.routes().get(MW1);
        assertThat(server).isNotNull().isNotEqualTo(MW1);
        // It is started by a clone, and may not come home: it was recovered once already.
        time.runToEnd();
        DecisionOutcome second = ask(fail(center, MW1));
        assertThat(second.decision().parts())
                .filteredOn(SubjectDecision.Blocked.class::isInstance)
                .extracting(SubjectDecision::reason)
                .contains(Reason.RECOVERY_LIMIT);

        ask(fail(center, server));
        VmId now = datacenter.routes().get(MW1);
        assertThat(now).isNotEqualTo(server);
        assertThat(center.inventory().requireVm(now).isServing()).isTrue();
    }

    private CompletionStage<DecisionOutcome> fail(ManagementCenter center, VmId vm) {
        FaultReport report =
                FaultReport.ofVm(vm, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:" + vm, ++sequence);
        CompletionStage<DecisionOutcome> outcome = center.submit(report);
        time.runToEnd();
        return outcome;
    }

    private List<UnmetNeed> needs(ManagementCenter center, VmId vm) {
        return ask(center.unmet()).stream()
                .filter(need -> need.subject().equals(new FaultSubject.OfVm(vm)))
                .toList();
    }

    private ManagementCenter center(AutomationLevel level) {
        long term = ++epoch;
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(reference)
                .journal(journal)
                .leadership(() -> OptionalLong.of(term))
                .config(CenterConfig.builder()
                        .automation(level)
                        .maxRecoveriesPerVm(recoveryLimit)
                        .build())
                .scheduler(time)
                .random(new Random(SEED))
                .listener(events::add)
                .build();
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
