package io.vmha.center;

import io.vmha.detection.Heartbeat;
import io.vmha.fault.FaultReport;
import io.vmha.model.VmId;
import io.vmha.monitor.report.FaultReportReceiver;
import io.vmha.monitor.report.ReportListener;
import io.vmha.monitor.report.ReportOutcome;
import io.vmha.policy.Decision;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Hands what the monitors of machines say to a center. Give it to {@link FaultReportReceiver.Builder#listener}. Thread-safe.
 *
 * <p>A report is confirmed to its machine once what was decided is written down; the machine, which isolates itself after
 * that, does not wait for the plan's end. Heartbeats count where {@link ManagementCenter.Builder#detection} is set.
 */
public final class MonitorReports implements ReportListener {
    private final ManagementCenter center;
    private final AtomicLong heartbeats = new AtomicLong();

    /** Makes a listener that hands on to the center, which stays its owner's to close. */
    public MonitorReports(ManagementCenter center) {
        this.center = center;
    }

    @Override
    public CompletionStage<ReportOutcome> fault(FaultReport report) {
        boolean isKnown = report.subject()
                .fold(
                        vm -> center.inventory().vm(vm).isPresent(),
                        host -> center.inventory().host(host).isPresent());
        // A center that had decided about an unknown VM would take the same report for a duplicate once it knows it.
        return isKnown
                ? center.accept(report).thenApply(MonitorReports::outcome)
                : CompletableFuture.completedFuture(ReportOutcome.UNKNOWN_VM);
    }

    private static ReportOutcome outcome(Decision decision) {
        Set<Reason> reasons =
                decision.parts().stream().map(SubjectDecision::reason).collect(Collectors.toSet());
        if (reasons.contains(Reason.UNKNOWN_SUBJECT)) {
            return ReportOutcome.UNKNOWN_VM;
        }
        return reasons.contains(Reason.STALE) ? ReportOutcome.STALE : ReportOutcome.WRITTEN_DOWN;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the center is closed
     */
    @Override
    public void heartbeat(VmId vm, Instant sentAt) {
        // A receiver takes no message twice or late, so that each shows life, whatever the VM's clock says.
        if (center.detectsSilence()) {
            center.heartbeat(Heartbeat.ofVm(vm, 0, heartbeats.incrementAndGet()));
        }
    }
}
