package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.HaEvent;
import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.plan.ActionKind;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a center with its defaults does where most of its hosts are reported to be lost at once, all of which run on. */
class StormByDefaultTest {
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = new ArrayList<>();

    private ManagementCenter center() {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .fencingDevice(datacenter.fencingDevice())
                .inventory(Fixtures.referenceEmbodiment())
                .scheduler(time)
                .listener(events::add)
                .build();
    }

    private List<HostId> fenced() {
        return events.stream()
                .filter(HaEvent.ActionEnded.class::isInstance)
                .map(event -> ((HaEvent.ActionEnded) event).action().action())
                .filter(action -> action.kind() == ActionKind.FENCE_HOST)
                .map(action -> action.host().orElseThrow())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1 h2 h3", "h3 h2 h1", "h2 h1", "h3 h1"})
    void theLossesAreCountedBeforeTheFirstPlanStartsSoThatNoHostIsFenced(String lost) {
        ManagementCenter center = center();
        for (String host : lost.split(" ")) {
            var unused = center.accept(Fixtures.hostFault(host, FaultKind.HOST_UNREACHABLE));
        }
        time.advanceTo(Instant.EPOCH.plusSeconds(50));

        assertThat(events).anyMatch(HaEvent.StormGuardChanged.class::isInstance);
        assertThat(fenced()).isEmpty();
        assertThat(datacenter.actual().vms()).allMatch(vm -> vm.power() == PowerState.ON);
    }

    @Test
    void oneHostThatIsLostIsFenced() {
        ManagementCenter center = center();
        var unused = center.accept(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE));
        time.advanceTo(Instant.EPOCH.plusSeconds(50));

        assertThat(fenced()).contains(HostId.of("h2"));
    }
}
