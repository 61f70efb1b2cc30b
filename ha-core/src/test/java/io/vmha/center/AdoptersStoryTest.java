package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.Fixtures;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.PlanView;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.event.WhatIf;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.plan.PlanId;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.policy.RecoveryMode;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/**
 * What an orchestrator meets that embeds the center and reads the platform every minute: a resync forgets nothing that the center
 * knows, a held plan can be rejected and harms nobody after a repair, a deleted server leaves no hole, and everything that is held or
 * could happen can be asked for.
 */
class AdoptersStoryTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW3 = VmId.of("mw3");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();
    private long sequence;

    @Test
    void aResyncEveryMinuteErasesNothingOfAVmThatFailedAndIsServedElsewhere() {
        ManagementCenter center = center(AutomationLevel.FULL);
        // It hangs, but runs on as far as the platform can see.
        ask(fail(center, MW1));
        VmId server = datacenter.routes().get(MW1);
        time.advanceTo(time.now().plus(Duration.ofMinutes(5)));

        VirtualMachine known = center.inventory().requireVm(MW1);
        assertThat(known.health()).as("it did not become HEALTHY").isEqualTo(VmHealth.FAILED);
        assertThat(known.servedBy()).contains(server);
    }

    @Test
    void twoFailuresBetweenResyncsNeverEndWithEachServingForTheOther() {
        ManagementCenter center = center(AutomationLevel.FULL);
        ask(fail(center, MW1));
        VmId server = datacenter.routes().get(MW1);
        time.advanceTo(time.now().plus(Duration.ofMinutes(2)));
        DecisionOutcome second = ask(fail(center, server));
        time.advanceTo(time.now().plus(Duration.ofMinutes(2)));

        assertThat(second.isCarriedOut()).isTrue();
        for (VmId failed : List.of(MW1, server)) {
            VmId serves = datacenter.routes().get(failed);
            assertThat(serves).isNotIn(MW1, server);
            assertThat(datacenter.actual().requireVm(serves).power()).isEqualTo(PowerState.ON);
            assertThat(center.inventory().requireVm(serves).isServing()).isTrue();
        }
    }

    @Test
    void aHeldPlanIsRejectedAndNothingIsPoweredOff() {
        ManagementCenter center = center(AutomationLevel.MANUAL);
        CompletionStage<DecisionOutcome> reported = fail(center, MW3);
        PlanView held = ask(center.plans()).get(0);
        assertThat(held.heldFor()).contains(Reason.AWAITING_APPROVAL);
        assertThat(held.decision().parts().get(0).explain().sentence()).isNotBlank();
        assertThat(held.open().steps()).isNotEmpty();
        ask(center.reject(held.plan().id(), "alice"));

        assertThat(ask(reported).isCarriedOut()).isFalse();
        assertThat(datacenter.actual().requireVm(MW3).power()).isEqualTo(PowerState.ON);
        assertThat(ask(center.unmet())).extracting(UnmetNeed::reason).contains(Reason.REJECTED);
    }

    @Test
    void aHeldPlanThatIsApprovedAfterARepairPowersNothingOff() {
        ManagementCenter center = center(AutomationLevel.MANUAL);
        CompletionStage<DecisionOutcome> reported = fail(center, MW3);
        PlanId held = ask(center.plans()).get(0).plan().id();
        ask(center.repaired(MW3));
        time.runToEnd();
        assertThatThrownBy(() -> ask(center.approve(held, "alice"))).hasMessageContaining("is held");

        assertThat(datacenter.actual().requireVm(MW3).power()).isEqualTo(PowerState.ON);
        assertThat(center.inventory().requireVm(MW3).health()).isEqualTo(VmHealth.HEALTHY);
        assertThat(ask(reported).isCarriedOut()).as("nothing was carried out").isFalse();
    }

    @Test
    void aDeletedServerLeavesNoHole() {
        ManagementCenter center = center(AutomationLevel.FULL);
        ask(fail(center, MW3));
        VmId server = datacenter.routes().get(MW3);
        datacenter.change(actual -> actual.without(server));
        ask(center.remove(server));
        time.advanceTo(time.now().plus(Duration.ofMinutes(3)));

        VmId serves = center.inventory().requireVm(MW3).servedBy().orElse(MW3);
        assertThat(serves).isNotEqualTo(server);
        assertThat(center.inventory().requireVm(serves).isServing()).isTrue();
    }

    @Test
    void whileItIsPausedNothingIsDoneAndWhatItWouldDoIsListed() {
        ManagementCenter center = center(AutomationLevel.FULL);
        ask(center.pause("alice"));
        CompletionStage<DecisionOutcome> reported = fail(center, MW3);
        assertThat(ask(center.unmet())).extracting(UnmetNeed::reason).contains(Reason.PAUSED);
        assertThat(datacenter.actual().requireVm(MW3).power()).isEqualTo(PowerState.ON);
        assertThat(reported.toCompletableFuture()).isNotDone();

        ask(center.resume("alice"));
        assertThat(ask(reported).isCarriedOut()).isTrue();
    }

    @Test
    void whatWouldHappenIsAskedForAndNothingHappens() {
        ManagementCenter center = center(AutomationLevel.FULL);
        WhatIf whatIf = ask(center.whatIf(report(MW3)));

        assertThat(whatIf.plan().steps()).isNotEmpty();
        assertThat(datacenter.actual().requireVm(MW3).power()).isEqualTo(PowerState.ON);
        assertThat(ask(center.plans())).isEmpty();
    }

    @Test
    void aHostThatIsLostBetweenTwoReadingsAndIsBackIsReadBeforeAnythingIsDoneToItsVms() {
        ManagementCenter center = center(AutomationLevel.FULL);
        HostId h1 = HostId.of("h1");
        datacenter.change(actual -> actual.with(actual.requireHost(h1).withHealth(HostHealth.UNREACHABLE)));
        PlatformSnapshot during = PlatformSnapshot.of(datacenter.actual());
        var token = ask(center.beginReading());
        datacenter.change(actual -> actual.with(actual.requireHost(h1).withHealth(HostHealth.UP)));
        ask(center.observe(token, during));
        time.advanceTo(time.now().plus(Duration.ofMinutes(3)));

        datacenter
                .actual()
                .vmsOn(h1)
                .forEach(vm -> assertThat(vm.power())
                        .as("%s ran well all the time", vm.id())
                        .isEqualTo(PowerState.ON));
        assertThat(ask(center.plans())).isEmpty();
    }

    @Test
    void whatSomebodyElseMovesAndResizesShowsAtTheNextResync() {
        ManagementCenter center = center(AutomationLevel.FULL);
        VirtualMachine mw3 = datacenter.actual().requireVm(MW3);
        datacenter.change(actual -> actual.with(mw3.withHost(HostId.of("h3"))));
        time.advanceTo(time.now().plus(Duration.ofMinutes(2)));

        assertThat(center.inventory().requireVm(MW3).host()).isEqualTo(HostId.of("h3"));
        assertThat(ask(center.unmet())).isEmpty();
    }

    private FaultReport report(VmId vm) {
        return FaultReport.ofVm(vm, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:" + vm, ++sequence);
    }

    private CompletionStage<DecisionOutcome> fail(ManagementCenter center, VmId vm) {
        CompletionStage<DecisionOutcome> reported = center.submit(report(vm));
        time.runToEnd();
        return reported;
    }

    private ManagementCenter center(AutomationLevel level) {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(datacenter.actual())
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .putRecovery(VmType.MIDDLEWARE, RecoveryMode.REDIRECT)
                                .build())
                        .build())
                .config(CenterConfig.builder().automation(level).build())
                .resyncEvery(Duration.ofMinutes(1))
                .scheduler(time)
                .build();
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
