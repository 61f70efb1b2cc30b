package io.vmha.monitor.report;

import io.vmha.fault.FaultReport;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Makes listeners of functions, so that messages of monitors can be handed to whoever takes them without knowing it: {@code
 * ReportListeners.of(center::accept, (vm, sentAt) -> center.heartbeat(Heartbeat.ofVm(vm, sentAt)))}. Who takes reports alone is a
 * listener as it is: {@code center::accept}.
 */
public final class ReportListeners {
    private ReportListeners() {}

    /**
     * Returns a listener that hands reports and heartbeats on. It is as thread-safe as the functions are.
     *
     * @param faults what takes a report, as {@link ReportListener#fault} does
     * @param heartbeats what takes a heartbeat, with when it was sent, as {@link ReportListener#heartbeat} does
     */
    public static ReportListener of(
            Function<FaultReport, ? extends CompletionStage<?>> faults, BiConsumer<VmId, Instant> heartbeats) {
        return new ReportListener() {
            @Override
            public CompletionStage<?> fault(FaultReport report) {
                return faults.apply(report);
            }

            @Override
            public void heartbeat(VmId vm, Instant sentAt) {
                heartbeats.accept(vm, sentAt);
            }
        };
    }
}
