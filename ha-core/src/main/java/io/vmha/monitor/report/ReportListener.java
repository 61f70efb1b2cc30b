package io.vmha.monitor.report;

import io.vmha.fault.FaultReport;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Takes what monitors say, once it is known to be theirs: for a management center, {@code center::submit}. */
@FunctionalInterface
public interface ReportListener {

    /**
     * A machine reports a fault of its own. Must not block. The same report may come again: its source and sequence number
     * are the same then.
     *
     * @return completes when the report is taken in, which the machine is told only then; exceptionally where it was not,
     *     and the machine tries again
     */
    CompletionStage<?> fault(FaultReport report);

    /** A machine's monitor lives. Must not block. By default nothing is done. */
    default void heartbeat(VmId vm, Instant sentAt) {}
}
