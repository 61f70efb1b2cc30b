package io.vmha.monitor.report;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes what monitors say, once it is known to be theirs: for a management center, {@code io.vmha.monitor.center.ReportListeners} makes one. */
@FunctionalInterface
public interface ReportListener {

    /**
     * A VM reports a fault of its own. Must not block. The same report may come again, with the same source and sequence number,
     * but not while this stage of it is open: a repeat waits for that.
     *
     * @return completes once it is known what became of the report; exceptionally, as with {@link ReportOutcome#NOT_TAKEN}, where
     *     it was not taken. Only {@link ReportOutcome#WRITTEN_DOWN} is confirmed to the VM
     */
    CompletionStage<ReportOutcome> fault(GuestReport report);

    /**
     * A VM advises of a fault of its own that nothing is to be done about but to tell people: whoever decides must not move requests or
     * power anything off for it. Must not block. It may come again as a report may. By default it is confirmed, and is in the
     * receiver's log alone.
     *
     * @return as of {@link #fault}
     */
    default CompletionStage<ReportOutcome> advisory(GuestReport advisory) {
        return CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);
    }

    /** A VM's monitor lives. Must not block. By default nothing is done. */
    default void heartbeat(VmName vm, Instant sentAt) {}
}
