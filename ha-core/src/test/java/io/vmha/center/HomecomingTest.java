package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.NeedKind;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.RecoveryMode;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** VMs that come home after maintenance, and returns that repeat. */
class HomecomingTest {
    private static final HostId H1 = HostId.of("h1");
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW3 = VmId.of("mw3");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment()
            .with(Fixtures.host("h4", ClusterRole.PRIMARY)
                    .capacity(Resources.of(64_000, 262_144))
                    .build()));
    private final VirtualTime time = new VirtualTime();
    private final PlanJournal journal = new InMemoryPlanJournal();
    private FailbackMode mode = FailbackMode.AUTOMATIC;
    private long epoch;
    private long sequence;

    @Test
    void afterMaintenanceVmsComeHomeThoughTheCenterWasRestarted() {
        ManagementCenter first = center();
        List<VmId> before = on(H1);
        ask(first.maintenance(H1, true, "alice"));
        assertThat(on(H1)).isEmpty();
        first.close();
        ManagementCenter center = center();
        DecisionOutcome outcome = ask(center.maintenance(H1, false, "alice"));

        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(on(H1)).isEqualTo(before).isNotEmpty();
        assertThat(journal.open(++epoch).away()).isEmpty();
    }

    @Test
    void withoutAutomaticReturnsNoSuchMoveIsProposed() {
        mode = FailbackMode.MANUAL;
        ManagementCenter center = center();
        ask(center.maintenance(H1, true, "alice"));
        DecisionOutcome outcome = ask(center.maintenance(H1, false, "alice"));

        assertThat(outcome.plan().isEmpty()).isTrue();
        assertThat(ask(center.plans())).isEmpty();
        assertThat(on(H1)).isEmpty();
    }

    @Test
    void aVmThatSomebodyMovedMeanwhileStaysWhereItIs() {
        ManagementCenter center = center();
        ask(center.maintenance(H1, true, "alice"));
        VirtualMachine mw1 = datacenter.actual().requireVm(MW1);
        HostId elsewhere = HostId.of("h3");
        assertThat(mw1.host()).isNotEqualTo(elsewhere);
        datacenter.change(actual -> actual.with(mw1.withHost(elsewhere)));
        var token = ask(center.beginReading());
        ask(center.observe(token, PlatformSnapshot.of(datacenter.actual())));
        ask(center.maintenance(H1, false, "alice"));

        assertThat(datacenter.actual().requireVm(MW1).host()).isEqualTo(elsewhere);
        assertThat(on(H1)).isNotEmpty();
    }

    @Test
    void aSecondHomecomingWithinAnHourWaitsAMinute() {
        ManagementCenter center = center();
        List<VmId> before = on(H1);
        for (int i = 0; i < 2; i++) {
            ask(center.maintenance(H1, true, "alice"));
            CompletionStage<DecisionOutcome> unused = center.maintenance(H1, false, "alice");
            time.advanceTo(time.now().plusSeconds(50));
            assertThat(on(H1)).hasSize(i == 0 ? before.size() : 0);
        }
        time.runToEnd();
        assertThat(on(H1)).isEqualTo(before);
    }

    @Test
    void returnsOfRequestsThatRepeatWaitTwiceAsLongEachTimeAndAreListedMeanwhile() {
        ManagementCenter center = center();
        for (long minutes : new long[] {0, 1, 2, 4}) {
            failAndRepair(center);
            if (minutes > 0) {
                time.advanceTo(time.now().plus(Duration.ofMinutes(minutes)).minusSeconds(1));
                assertThat(isHome()).as("%s min later, less a second", minutes).isFalse();
                assertThat(ask0(center.unmet())).extracting(UnmetNeed::need).contains(NeedKind.RETURN);
            }
            time.advanceTo(time.now().plusSeconds(5));
            assertThat(isHome()).as("%s min later", minutes).isTrue();
        }
        time.advanceTo(time.now().plus(Duration.ofHours(1)));
        failAndRepair(center);
        time.advanceTo(time.now().plusSeconds(1));
        assertThat(isHome()).as("after an hour it is as at first").isTrue();
    }

    private void failAndRepair(ManagementCenter center) {
        CompletionStage<?> failed = center.submit(
                FaultReport.ofVm(MW3, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:mw3", ++sequence));
        time.advanceTo(time.now().plusSeconds(1));
        assertThat(failed.toCompletableFuture()).isDone();
        assertThat(isHome()).isFalse();
        datacenter.change(actual -> actual.with(actual.requireVm(MW3).withPower(PowerState.ON)));
        time.advanceTo(time.now().plusSeconds(1));
        CompletionStage<?> unused = center.repaired(MW3);
    }

    private boolean isHome() {
        return datacenter.routes().getOrDefault(MW3, MW3).equals(MW3);
    }

    private List<VmId> on(HostId host) {
        return datacenter.actual().vmsOn(host).stream().map(VirtualMachine::id).toList();
    }

    private ManagementCenter center() {
        long term = ++epoch;
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .failback(mode)
                                .putRecovery(VmType.MIDDLEWARE, RecoveryMode.REDIRECT)
                                .build())
                        .build())
                .inventory(datacenter.actual())
                .journal(journal)
                .leadership(() -> OptionalLong.of(term))
                .scheduler(time)
                .build();
    }

    /** Without letting time pass. */
    private <T> T ask0(CompletionStage<T> answer) {
        time.advanceTo(time.now());
        return answer.toCompletableFuture().join();
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
