package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A monitor's clock that is ahead of the center's: nothing was observed after it was told. */
class GuestClocksTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime(Instant.EPOCH, Duration.ofSeconds(1));
    private final List<Action> done = new ArrayList<>();

    @Test
    void aVmWhoseClockIsAheadIsRecoveredOnce() {
        ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .inventory(datacenter.actual())
                .scheduler(time)
                .listener(event -> {
                    if (event instanceof HaEvent.ActionEnded ended) {
                        done.add(ended.action().action());
                    }
                })
                .build();
        Instant ahead = time.now().plus(Duration.ofMinutes(5));

        datacenter.inject(Fixtures.readOnly("mw1"));
        CompletionStage<DecisionOutcome> unused =
                center.submit(FaultReport.ofVm(MW1, FaultKind.FILESYSTEM_READ_ONLY, ahead, "monitor:mw1", 1));
        time.advanceTo(time.now().plus(Duration.ofMinutes(10)));

        assertThat(done)
                .filteredOn(action -> action.kind() == ActionKind.POWER_ON)
                .hasSize(1);
        assertThat(center.inventory().requireVm(MW1).health()).isEqualTo(VmHealth.HEALTHY);
    }
}
