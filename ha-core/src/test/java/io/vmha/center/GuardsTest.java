package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.PlanView;
import io.vmha.center.event.UnmetNeed;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.ReadingToken;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.LoadSample;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/**
 * Each guard stops an effect that was right when it was decided. Every plan waits for approval here: between the decision and the
 * approval something changes. An approval answers for the automation level and for nothing else.
 */
class GuardsTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId DB1 = VmId.of("db1");
    private static final VmId DB3 = VmId.of("db3");
    private static final VmId DB5 = VmId.of("db5");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");
    private static final HostId H3 = HostId.of("h3");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();
    private final ManagementCenter center = ManagementCenter.builder()
            .adapter(datacenter.hypervisor())
            .trafficDirector(datacenter.trafficDirector())
            .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
            .fencingDevice(datacenter.fencingDevice())
            .inventory(Fixtures.referenceEmbodiment())
            .policies(HaPolicies.builder()
                    .config(FailoverConfig.builder()
                            .maxReplicationLag(Duration.ofSeconds(5))
                            .build())
                    .build())
            .config(CenterConfig.builder().automation(AutomationLevel.MANUAL).build())
            .scheduler(time)
            .build();

    private long sequence;

    @Test
    void nothingIsDoneBeforeAnOperatorApproves() {
        fail(DB3);
        assertThat(power(DB3)).isEqualTo(PowerState.ON);

        assertThat(approveAll()).allMatch(DecisionOutcome::isCarriedOut);
        assertThat(power(DB3)).isEqualTo(PowerState.OFF);
        assertThat(datacenter.routes()).containsEntry(DB3, DB1);
    }

    @Test
    void whileTheCenterIsPausedAnApprovalStartsNothing() {
        fail(DB3);
        ask(center.pause("operator"));
        approveAll();
        assertThat(power(DB3)).isEqualTo(PowerState.ON);

        ask(center.resume("operator"));
        assertThat(power(DB3)).isEqualTo(PowerState.OFF);
    }

    @Test
    void noDecisionRestsOnAFaultThatIsOverBeforeAPauseIs() {
        ask(center.pause("operator"));
        CompletionStage<DecisionOutcome> over =
                center.submit(FaultReport.ofHost(H3, FaultKind.HOST_DOWN, time.now(), "watch", 1));
        ask(center.hostUp(H3));
        CompletionStage<DecisionOutcome> open =
                center.submit(FaultReport.ofVm(MW1, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor", 1));
        ask(center.resume("operator"));
        approveAll();

        assertThat(ask(over).decision())
                .isInstanceOfSatisfying(
                        SubjectDecision.Ignored.class,
                        ignored -> assertThat(ignored.reason()).isEqualTo(Reason.FAULT_CLOSED));
        assertThat(ask(open).isCarriedOut()).isTrue();
    }

    @Test
    void nothingIsPoweredOffForAFaultThatIsClosed() {
        fail(MW1);
        ask(center.repaired(MW1));
        approveAll();

        assertThat(power(MW1)).isEqualTo(PowerState.ON);
        assertThat(datacenter.routes()).isEmpty();
    }

    @Test
    void nothingIsDoneAboutAVmThatWasDeleted() {
        fail(MW1);
        ask(center.remove(MW1));
        approveAll();

        assertThat(power(MW1)).isEqualTo(PowerState.ON);
        assertThat(datacenter.routes()).isEmpty();
    }

    @Test
    void whatIsOffAlreadyIsNotPoweredOff() {
        fail(DB3);
        datacenter.change(actual -> actual.with(actual.requireVm(DB3).withPower(PowerState.OFF)));
        read();

        assertThat(approveAll().stream().flatMap(outcome -> outcome.actions().stream()))
                .filteredOn(action -> action.action().kind() == ActionKind.POWER_OFF)
                .allSatisfy(action -> {
                    assertThat(action.result()).isEqualTo(ActionResult.DONE);
                    assertThat(action.attempt()).isZero();
                    assertThat(action.detail()).isEqualTo("confirmed off already");
                });
        assertThat(datacenter.routes()).containsEntry(DB3, DB1);
    }

    @Test
    void aVmThatIsNotToBeManagedIsNotReallocated() {
        CompletionStage<DecisionOutcome> loaded =
                center.load(new LoadSample(MW1, 0.9, Optional.of(Resources.of(4_000, 8_192))));
        time.runToEnd();
        ask(center.desired(MW1, DesiredState.UNMANAGED, "operator"));
        approveAll();

        assertThat(reasons(ask(loaded))).containsExactly(Reason.NOT_WANTED);
        assertThat(datacenter.actual().requireVm(MW1).allocation()).isEqualTo(Resources.of(2_000, 8_192));
    }

    @Test
    void aHostThatIsBackIsNotFenced() {
        datacenter.inject(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));
        center.submit(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));
        time.runToEnd();
        datacenter.change(actual -> FaultEffects.hostUp(actual, H2));
        ask(center.hostUp(H2));
        List<DecisionOutcome> outcomes = approveAll();

        assertThat(actions(outcomes, ActionKind.FENCE_HOST)).noneMatch(GuardsTest::isTried);
        assertThat(datacenter.actual().vmsOn(H2)).noneMatch(vm -> vm.power() == PowerState.OFF);
    }

    @Test
    void whatIsWantedOffIsNotStarted() {
        fail(MW1);
        ask(center.desired(MW1, DesiredState.OFF, "operator"));
        List<DecisionOutcome> outcomes = approveAll();

        assertThat(actions(outcomes, ActionKind.POWER_ON)).noneMatch(GuardsTest::isTried);
        assertThat(power(MW1)).isEqualTo(PowerState.OFF);
    }

    @Test
    void aVmThatRunsTwiceIsNeitherStartedNorClonedAnew() {
        fail(MW1);
        readTwice(MW1, H2);
        List<DecisionOutcome> outcomes = approveAll();

        assertThat(actions(outcomes, ActionKind.CLONE)).noneMatch(GuardsTest::isTried);
        assertThat(actions(outcomes, ActionKind.POWER_ON)).noneMatch(GuardsTest::isTried);
        assertThat(unmet(MW1)).contains(Reason.SPLIT_BRAIN);
    }

    @Test
    void requestsStayWithADatabaseThatIsNotConfirmedOff() {
        fail(DB3);
        datacenter.change(
                actual -> actual.with(actual.requireHost(H2).withHealth(io.vmha.model.HostHealth.UNREACHABLE)));
        List<DecisionOutcome> outcomes = approveAll();

        assertThat(outcomes.stream().flatMap(outcome -> reasons(outcome).stream()))
                .contains(Reason.FENCING_FAILED);
        assertThat(actions(outcomes, ActionKind.REDIRECT)).noneMatch(GuardsTest::isTried);
        assertThat(datacenter.routes()).isEmpty();
    }

    @Test
    void requestsDoNotMoveToATargetThatFailedMeanwhile() {
        fail(DB3);
        datacenter.inject(Fixtures.readOnly("db1"));
        center.submit(report(DB1, FaultKind.FILESYSTEM_READ_ONLY));
        time.runToEnd();
        approveFirst();

        assertThat(power(DB3)).isEqualTo(PowerState.OFF);
        assertThat(datacenter.routes()).doesNotContainEntry(DB3, DB1);
    }

    @Test
    void aHeldPlanWhoseTargetsHostWentIntoMaintenanceIsDecidedAgain() {
        // There is no room to leave it for.
        for (HostId full : List.of(H2, H3)) {
            datacenter.change(
                    actual -> actual.with(actual.requireHost(full).withCapacity(Resources.of(12_000, 49_152))));
        }
        read();
        fail(DB3);
        center.maintenance(H1, true, "operator");
        time.runToEnd();
        List<DecisionOutcome> outcomes = approveFirst();

        assertThat(outcomes.get(0).plan().toText()).contains("redirect requests of db3 to db4");
        assertThat(power(DB3)).isEqualTo(PowerState.OFF);
        assertThat(datacenter.routes()).doesNotContainEntry(DB3, DB1);
    }

    @Test
    void aStandbyThatIsTooFarBehindByNowIsNotPromoted() {
        loseThePrimaries();
        ask(center.replicationLag(DB5, Optional.of(Duration.ofSeconds(3_000))));
        ask(center.replicationLag(VmId.of("db6"), Optional.of(Duration.ofSeconds(3_000))));
        List<DecisionOutcome> outcomes = approveAll();

        assertThat(outcomes.stream().flatMap(outcome -> reasons(outcome).stream()))
                .contains(Reason.REPLICATION_LAG);
        assertThat(datacenter.replicaSets().get(0).writers()).doesNotContain(MemberId.of("standby"));
    }

    @Test
    void aStandbyOfWhichTheLagCannotBeReadByNowIsNotPromoted() {
        loseThePrimaries();
        ask(center.replicationLag(DB5, Optional.empty()));
        ask(center.replicationLag(VmId.of("db6"), Optional.empty()));
        List<DecisionOutcome> outcomes = approveAll();

        assertThat(outcomes.stream().flatMap(outcome -> reasons(outcome).stream()))
                .contains(Reason.LAG_UNKNOWN);
        assertThat(datacenter.replicaSets().get(0).writers()).doesNotContain(MemberId.of("standby"));
    }

    @Test
    void aStandbyIsNotPromotedWhileAPrimaryMayBeRunningAgain() {
        loseThePrimaries();
        datacenter.change(actual -> FaultEffects.vmRepaired(FaultEffects.hostUp(actual, H1), DB1));
        read();
        approveAll();

        assertThat(datacenter.replicaSets().get(0).writers()).doesNotContain(MemberId.of("standby"));
    }

    @Test
    void nothingIsPlacedOnAHostThatWentIntoMaintenance() {
        fail(MW1);
        HostId host = placeOf(MW1);
        center.maintenance(host, true, "operator");
        time.runToEnd();
        List<DecisionOutcome> outcomes = approveFirst();

        // The plan that waits takes another host, under the same number.
        assertThat(actions(outcomes, ActionKind.CLONE))
                .isNotEmpty()
                .noneMatch(action -> action.action().host().equals(Optional.of(host)));
        assertThat(power(MW1)).isEqualTo(PowerState.ON);
        assertThat(datacenter.actual().requireVm(MW1).host()).isNotEqualTo(host);
    }

    @Test
    void nothingIsPlacedWhereThereIsNoRoomAnyMore() {
        fail(MW1);
        HostId host = placeOf(MW1);
        datacenter.change(actual -> actual.with(actual.requireHost(host).withCapacity(Resources.of(100, 1_024))));
        read();
        List<DecisionOutcome> outcomes = approveFirst();

        assertThat(actions(outcomes, ActionKind.CLONE))
                .noneMatch(action -> isTried(action) && action.action().host().equals(Optional.of(host)));
        assertThat(power(MW1)).isEqualTo(PowerState.OFF);
    }

    @Test
    void nothingIsPlacedBesideWhatItIsToBeKeptApartFrom() {
        fail(MW1);
        HostId host = placeOf(MW1);
        AntiAffinityGroup group = AntiAffinityGroup.of("web");
        ask(center.update(inventory -> inventory.withAll(inventory.vms().stream()
                .filter(vm -> vm.id().equals(MW1) || vm.host().equals(host))
                .map(vm -> vm.withAntiAffinity(group))
                .toList())));
        List<DecisionOutcome> outcomes = approveFirst();

        assertThat(actions(outcomes, ActionKind.CLONE)).isNotEmpty().noneMatch(GuardsTest::isTried);
        assertThat(outcomes.stream().flatMap(outcome -> reasons(outcome).stream()))
                .contains(Reason.ANTI_AFFINITY);
    }

    @Test
    void aVmThatSomebodyMovedMeanwhileIsNotMigratedAway() {
        CompletionStage<DecisionOutcome> drained = center.maintenance(H1, true, "operator");
        time.runToEnd();
        VmId moving = onlyPlan().plan().steps().get(0).action().vm().orElseThrow();
        datacenter.change(actual -> actual.with(actual.requireVm(moving).withHost(H3)));
        read();
        approveAll();

        assertThat(datacenter.actual().requireVm(moving).host()).isEqualTo(H3);
        assertThat(ask(drained).actions()).noneMatch(GuardsTest::isTried);
    }

    @Test
    void aVmOnAHostThatDoesNotAnswerAnyMoreIsNotReallocated() {
        CompletionStage<DecisionOutcome> loaded =
                center.load(new LoadSample(MW1, 0.9, Optional.of(Resources.of(4_000, 8_192))));
        time.runToEnd();
        PlanView plan = onlyPlan();
        center.submit(Fixtures.hostFault("h1", FaultKind.HOST_UNREACHABLE));
        time.runToEnd();
        center.approve(plan.plan().id(), "operator");
        time.runToEnd();

        assertThat(reasons(ask(loaded))).containsExactly(Reason.TARGET_GONE);
        assertThat(datacenter.actual().requireVm(MW1).allocation()).isEqualTo(Resources.of(2_000, 8_192));
    }

    // What happens.

    private void fail(VmId vm) {
        FaultReport report = report(vm, FaultKind.FILESYSTEM_READ_ONLY);
        datacenter.inject(report);
        center.submit(report);
        time.runToEnd();
    }

    private FaultReport report(VmId vm, FaultKind kind) {
        return FaultReport.ofVm(vm, kind, time.now(), "monitor:" + vm, ++sequence);
    }

    private void loseThePrimaries() {
        // The databases were read while all was well.
        time.advanceTo(time.now().plusSeconds(2));
        for (String host : List.of("h1", "h2")) {
            datacenter.inject(Fixtures.hostDown(host));
            center.submit(Fixtures.hostDown(host));
        }
        time.runToEnd();
        time.advanceTo(time.now().plusSeconds(2));
    }

    private void read() {
        ReadingToken token = ask(center.beginReading());
        ask(center.observe(token, PlatformSnapshot.of(datacenter.actual())));
    }

    /** A reading that shows a VM on a second host too. */
    private void readTwice(VmId vm, HostId second) {
        ReadingToken token = ask(center.beginReading());
        PlatformSnapshot actual = PlatformSnapshot.of(datacenter.actual());
        List<VirtualMachine> vms = new ArrayList<>(actual.vms());
        vms.add(datacenter.actual().requireVm(vm).withHost(second));
        ask(center.observe(token, new PlatformSnapshot(actual.hosts(), vms, actual.answered())));
    }

    /** Where the open plan is to place a VM. */
    private HostId placeOf(VmId vm) {
        return ask(center.plans()).stream()
                .flatMap(plan -> plan.plan().steps().stream())
                .filter(step -> step.action().kind() == ActionKind.CLONE
                        && step.action().vm().equals(Optional.of(vm)))
                .flatMap(step -> step.action().host().stream())
                .findFirst()
                .orElseThrow();
    }

    private PlanView onlyPlan() {
        List<PlanView> plans = ask(center.plans());
        assertThat(plans).hasSize(1);
        return plans.get(0);
    }

    /** Approves the plans that are held now, and not those that are decided after. */
    private List<DecisionOutcome> approveAll() {
        return ask(center.plans()).stream().map(this::approve).toList();
    }

    private List<DecisionOutcome> approveFirst() {
        return List.of(approve(ask(center.plans()).get(0)));
    }

    private DecisionOutcome approve(PlanView plan) {
        CompletionStage<DecisionOutcome> outcome = center.approve(plan.plan().id(), "operator");
        time.runToEnd();
        return outcome.toCompletableFuture()
                .getNow(new DecisionOutcome(plan.report(), plan.decision(), plan.plan(), List.of()));
    }

    // What became of it.

    private PowerState power(VmId vm) {
        return datacenter.actual().requireVm(vm).power();
    }

    private Set<Reason> unmet(VmId vm) {
        return ask(center.unmet()).stream()
                .filter(need -> need.subject().is(vm))
                .map(UnmetNeed::reason)
                .collect(java.util.stream.Collectors.toSet());
    }

    private static List<Reason> reasons(DecisionOutcome outcome) {
        return outcome.decision().parts().stream().map(SubjectDecision::reason).toList();
    }

    private static List<ActionRecord> actions(List<DecisionOutcome> outcomes, ActionKind kind) {
        return outcomes.stream()
                .flatMap(outcome -> outcome.actions().stream())
                .filter(action -> action.action().kind() == kind)
                .toList();
    }

    private static boolean isTried(ActionRecord action) {
        return action.attempt() > 0;
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.advanceTo(time.now());
        return answer.toCompletableFuture().join();
    }
}
