package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vmha.Fixtures;
import io.vmha.adapter.FaultSource;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultSourceTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();

    private ManagementCenter.Builder center() {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .inventory(datacenter.actual())
                .scheduler(time)
                .faultSource(datacenter.faultSource());
    }

    @Test
    void aFaultThatThePlatformShowsIsActedUponWithoutAnybodySendingAReport() {
        ManagementCenter center = center().build();
        datacenter.inject(Fixtures.readOnly("mw1"));
        time.runToEnd();

        assertThat(datacenter.routes()).containsEntry(MW1, VmId.of("mw3"));
        assertThat(center.inventory().requireVm(MW1).servedBy()).contains(VmId.of("mw3"));
    }

    @Test
    void aClosedCenterWatchesNoMore() {
        center().build().close();
        datacenter.inject(Fixtures.readOnly("mw1"));
        time.runToEnd();

        assertThat(datacenter.routes()).isEmpty();
    }

    @Test
    void aSourceThatCannotWatchLeavesNothingBehind() {
        List<String> told = new ArrayList<>();
        FaultSource good = receiver -> () -> told.add("closed");
        FaultSource closed = receiver -> {
            throw new IllegalStateException("the adapter is closed");
        };

        assertThatIllegalStateException()
                .isThrownBy(() -> center().faultSource(good).faultSource(closed).build())
                .withMessage("the adapter is closed");
        assertThat(told).containsExactly("closed");
    }
}
