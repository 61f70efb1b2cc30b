package io.vmha.center;

import io.vmha.detection.Heartbeat;
import io.vmha.fault.FaultReport;
import io.vmha.model.VmId;
import io.vmha.monitor.report.FaultReportReceiver;
import io.vmha.monitor.report.ReportListener;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Hands what the monitors of machines say to a center. Give it to {@link FaultReportReceiver.Builder#listener}. Thread-safe.
 *
 * <p>A report is confirmed to its machine once what was decided is written down; the machine, which isolates itself after
 * that, does not wait for the plan's end. Heartbeats count where {@link ManagementCenter.Builder#detection} is set.
 */
public final class MonitorReports implements ReportListener {
    private final ManagementCenter center;

    /** Makes a listener that hands on to the center, which stays its owner's to close. */
    public MonitorReports(ManagementCenter center) {
        this.center = center;
    }

    @Override
    public CompletionStage<?> fault(FaultReport report) {
        return center.accept(report);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the center is closed
     */
    @Override
    public void heartbeat(VmId vm, Instant sentAt) {
        // A receiver takes no message twice or late, so that the time of sending rises over all lives of a monitor.
        if (center.detectsSilence()) {
            center.heartbeat(Heartbeat.ofVm(vm, 0, Math.max(0, sentAt.toEpochMilli())));
        }
    }
}
