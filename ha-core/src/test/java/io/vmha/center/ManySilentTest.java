package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.HaEvent;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondLook;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.plan.ActionKind;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a center with its defaults does where heartbeats stop: of most senders together, as when somebody keeps them from it, or of one host. */
class ManySilentTest {
    private static final Set<ActionKind> POWERS_OFF = Set.of(ActionKind.FENCE_HOST, ActionKind.POWER_OFF);

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();
    private long sequence;

    /** The worst of second checks: whoever is asked shows no sign of life. */
    private ManagementCenter center() {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .fencingDevice(datacenter.fencingDevice())
                .inventory(reference)
                .scheduler(time)
                .detection(DetectionConfig.defaults(), (vm, host, deadline) -> SecondLook.NO_SIGN_OF_LIFE)
                .listener(events::add)
                .build();
    }

    private void run(ManagementCenter center, Duration howLong, Set<HostId> silent) {
        for (long second = 0; second < howLong.toSeconds(); second++) {
            for (Host host : reference.hosts()) {
                if (!silent.contains(host.id())) {
                    center.heartbeat(Heartbeat.ofHost(host.id(), 0, ++sequence));
                }
            }
            for (VirtualMachine vm : reference.vms()) {
                if (!silent.contains(vm.host())) {
                    center.heartbeat(Heartbeat.ofVm(vm.id(), 0, ++sequence));
                }
            }
            time.advanceTo(time.now().plusSeconds(1));
        }
    }

    private static Set<HostId> hosts(String ids) {
        return Set.of(ids.split(",")).stream().map(HostId::of).collect(Collectors.toSet());
    }

    private List<ActionKind> poweredOff() {
        return events.stream()
                .filter(HaEvent.ActionEnded.class::isInstance)
                .map(event -> ((HaEvent.ActionEnded) event).action().action().kind())
                .filter(POWERS_OFF::contains)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1,h2,h3", "h1,h2", "h2,h3", "h1,h3"})
    void whereMostFallSilentTogetherNobodyIsFencedAndNobodyMoves(String silent) {
        ManagementCenter center = center();
        run(center, Duration.ofMinutes(2), Set.of());
        run(center, Duration.ofMinutes(20), hosts(silent));

        assertThat(poweredOff()).isEmpty();
        assertThat(events).noneMatch(HaEvent.ReportAccepted.class::isInstance);
        assertThat(datacenter.actual().vms())
                .allMatch(vm -> vm.power() == PowerState.ON
                        && vm.host().equals(reference.requireVm(vm.id()).host()));
        run(center, Duration.ofMinutes(5), Set.of());
        assertThat(poweredOff()).isEmpty();
        assertThat(center.inventory().vms())
                .allMatch(vm -> vm.health() == VmHealth.HEALTHY && vm.power() == PowerState.ON);
    }

    @Test
    void whereOneHostFallsSilentItIsStillFoundOut() {
        ManagementCenter center = center();
        run(center, Duration.ofMinutes(2), Set.of());
        run(center, Duration.ofMinutes(5), hosts("h2"));

        assertThat(poweredOff()).contains(ActionKind.FENCE_HOST);
    }
}
