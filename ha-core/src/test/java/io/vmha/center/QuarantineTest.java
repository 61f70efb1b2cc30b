package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.Fixtures;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.HostQuarantine;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.QuarantinedHost;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Hosts that keep being lost and coming back are trusted less. */
class QuarantineTest {
    private static final HostId H4 = HostId.of("h4");
    private static final VmId MW1 = VmId.of("mw1");
    private static final Duration WINDOW = Duration.ofHours(1);

    private final Inventory inventory = Fixtures.referenceEmbodiment()
            .with(Fixtures.host("h4", ClusterRole.PRIMARY)
                    .capacity(Resources.of(64_000, 262_144))
                    .build());
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();
    private final PlanJournal journal = new InMemoryPlanJournal();
    private Optional<HostQuarantine> rule = Optional.of(new HostQuarantine(2, WINDOW));
    private long epoch;
    private long sequence;

    @Test
    void aHostThatCameBackTooOftenTakesVmsOnlyWhereNoOtherCan() {
        ManagementCenter center = center();
        flap(center);
        assertThat(ask(center.quarantine())).isEmpty();
        flap(center);

        assertThat(ask(center.quarantine())).extracting(QuarantinedHost::host).containsExactly(H4);
        assertThat(center.inventory().requireHost(H4).inQuarantine()).isTrue();
        fail(center, MW1);
        assertThat(datacenter.actual().requireVm(MW1).host())
                .as("the emptiest host by far is in quarantine")
                .isNotEqualTo(H4);

        List.of("h1", "h2").forEach(host -> ask(center.maintenance(HostId.of(host), true, "alice")));
        assertThat(datacenter.actual().requireVm(MW1).host())
                .as("where no other host can take it, one in quarantine does")
                .isEqualTo(H4);
    }

    @Test
    void timeReleasesIt() {
        ManagementCenter center = center();
        flap(center);
        flap(center);
        QuarantinedHost held = ask(center.quarantine()).get(0);
        assertThat(held.until()).isEqualTo(held.returns().get(0).plus(WINDOW));
        time.advanceTo(held.until());

        assertThat(ask(center.quarantine())).isEmpty();
        assertThat(center.inventory().requireHost(H4).inQuarantine()).isFalse();
        assertThat(changes()).containsExactly(true, false);
        fail(center, MW1);
        assertThat(datacenter.actual().requireVm(MW1).host()).isEqualTo(H4);
    }

    @Test
    void anOperatorReleasesItAndItsCountBeginsAnew() {
        ManagementCenter center = center();
        flap(center);
        flap(center);
        ask(center.releaseQuarantine(H4, "alice"));
        assertThat(ask(center.quarantine())).isEmpty();
        flap(center);
        assertThat(ask(center.quarantine())).isEmpty();
        flap(center);
        assertThat(ask(center.quarantine())).hasSize(1);

        assertThatThrownBy(() -> ask(center.releaseQuarantine(HostId.of("h99"), "alice")))
                .hasMessageContaining("no such host: h99");
        assertThatIllegalArgumentException().isThrownBy(() -> center.releaseQuarantine(H4, ""));
    }

    @Test
    void itSurvivesARestartAndSoDoesARelease() {
        ManagementCenter first = center();
        flap(first);
        flap(first);
        List<QuarantinedHost> held = ask(first.quarantine());
        first.close();
        ManagementCenter second = center();
        assertThat(ask(second.quarantine())).isEqualTo(held);
        assertThat(second.inventory().requireHost(H4).inQuarantine()).isTrue();
        ask(second.releaseQuarantine(H4, "alice"));
        second.close();

        assertThat(ask(center().quarantine())).isEmpty();
    }

    @Test
    void aHostThatIsRestartedInMaintenanceHasNotFlapped() {
        ManagementCenter center = center();
        for (int i = 0; i < 3; i++) {
            ask(center.maintenance(H4, true, "alice"));
            flap(center);
            ask(center.maintenance(H4, false, "alice"));
        }
        assertThat(ask(center.quarantine())).isEmpty();
    }

    @Test
    void aReadingNeitherReleasesItNorForgetsIt() {
        ManagementCenter center = center();
        flap(center);
        flap(center);
        var token = ask(center.beginReading());
        ask(center.observe(token, PlatformSnapshot.of(datacenter.actual())));

        assertThat(center.inventory().requireHost(H4).inQuarantine()).isTrue();
        Host released = center.inventory().requireHost(H4).withInQuarantine(false);
        assertThatThrownBy(() -> ask(center.update(known -> known.with(released))))
                .hasMessageContaining("h4: inQuarantine is not changed by an update, but by releaseQuarantine");
    }

    @Test
    void withoutARuleNothingIsCounted() {
        rule = Optional.empty();
        ManagementCenter center = center();
        for (int i = 0; i < 5; i++) {
            flap(center);
        }
        assertThat(ask(center.quarantine())).isEmpty();
        assertThat(journal.open(++epoch).flaps()).isEmpty();
    }

    @Test
    void aRuleOutOfItsBoundsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HostQuarantine(0, WINDOW))
                .withMessage("hostQuarantine: count must be 1 or more: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HostQuarantine(1, Duration.ZERO))
                .withMessage("hostQuarantine: window must be more than 0: PT0S");
    }

    private void flap(ManagementCenter center) {
        time.advanceTo(time.now().plusSeconds(60));
        health(HostHealth.DOWN);
        CompletionStage<?> unused =
                center.submit(FaultReport.ofHost(H4, FaultKind.HOST_DOWN, time.now(), "ipmi", ++sequence));
        time.runToEnd();
        time.advanceTo(time.now().plusSeconds(60));
        health(HostHealth.UP);
        ask(center.hostUp(H4));
    }

    private void health(HostHealth health) {
        datacenter.change(actual -> actual.with(actual.requireHost(H4).withHealth(health)));
    }

    private void fail(ManagementCenter center, VmId vm) {
        CompletionStage<?> unused = center.submit(
                FaultReport.ofVm(vm, FaultKind.FILESYSTEM_READ_ONLY, time.now(), "monitor:" + vm, ++sequence));
        time.runToEnd();
    }

    private List<Boolean> changes() {
        return events.stream()
                .filter(HaEvent.QuarantineChanged.class::isInstance)
                .map(event -> ((HaEvent.QuarantineChanged) event).until().isPresent())
                .toList();
    }

    private ManagementCenter center() {
        long term = ++epoch;
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(datacenter.actual())
                .journal(journal)
                .leadership(() -> OptionalLong.of(term))
                .config(CenterConfig.builder().hostQuarantine(rule).build())
                .scheduler(time)
                .listener(events::add)
                .build();
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
