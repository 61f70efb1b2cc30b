package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.HaEvent;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.SecondLook;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.monitor.report.ReportListener;
import io.vmha.monitor.report.ReportListeners;
import io.vmha.monitor.report.ReportOutcome;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReportListenersTest {
    private static final VmId NEW = VmId.of("mw9");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final VirtualTime time = new VirtualTime();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final List<HaEvent> events = new ArrayList<>();
    private final ManagementCenter center = ManagementCenter.builder()
            .adapter(datacenter.hypervisor())
            .trafficDirector(datacenter.trafficDirector())
            .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
            .fencingDevice(datacenter.fencingDevice())
            .inventory(reference)
            .scheduler(time)
            .detection(DetectionConfig.defaults(), (vm, host, deadline) -> SecondLook.NO_SIGN_OF_LIFE)
            .listener(events::add)
            .build();
    private final ReportListener reports = ReportListeners.of(center::accept, center::heartbeat);

    private CompletableFuture<ReportOutcome> report(VmId vm, long sequence) {
        CompletableFuture<ReportOutcome> outcome = reports.fault(
                        FaultReport.ofVm(vm, FaultKind.IO_ERROR, Instant.EPOCH, "monitor:" + vm + "/k1", sequence))
                .toCompletableFuture();
        time.advanceTo(time.now().plusSeconds(60));
        return outcome;
    }

    @Test
    void aReportOfAVmThatIsNotInTheInventoryYetIsTakenOnceItIsAndNotConfirmedBefore() {
        assertThat(report(NEW, 1)).isCompletedWithValue(ReportOutcome.UNKNOWN_VM);
        center.update(inventory -> inventory.with(ImmutableVirtualMachine.copyOf(inventory.requireVm(VmId.of("mw1")))
                .withId(NEW)));
        time.advanceTo(time.now().plusSeconds(1));

        assertThat(report(NEW, 1)).isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);
    }

    @Test
    void aReportIsConfirmedOnceAndAgainButNeverWhenItIsStale() {
        VmId mw1 = VmId.of("mw1");
        assertThat(report(mw1, 5)).isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);
        assertThat(report(mw1, 5)).isCompletedWithValue(ReportOutcome.WRITTEN_DOWN);
        assertThat(report(mw1, 4)).isCompletedWithValue(ReportOutcome.STALE);
    }

    @Test
    void aVmWhoseClockIsSetBackIsNotSilent() {
        VmId mw1 = VmId.of("mw1");
        for (int second = 0; second < 60; second++) {
            boolean isSetBack = second >= 30;
            reference.vms().stream()
                    .map(VirtualMachine::id)
                    .forEach(vm ->
                            reports.heartbeat(vm, time.now().minusSeconds(isSetBack && vm.equals(mw1) ? 20 : 0)));
            time.advanceTo(time.now().plusSeconds(1));
        }

        assertThat(events).isEmpty();
    }
}
