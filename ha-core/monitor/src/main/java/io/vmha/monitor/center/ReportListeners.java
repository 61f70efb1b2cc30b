package io.vmha.monitor.center;

import io.vmha.detection.Heartbeat;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.VmId;
import io.vmha.monitor.report.GuestReport;
import io.vmha.monitor.report.ReportListener;
import io.vmha.monitor.report.ReportOutcome;
import io.vmha.monitor.report.VmName;
import io.vmha.policy.Decision;
import io.vmha.policy.Reason;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes listeners of functions, so that what monitors say can be handed to a management center without knowing it: {@code
 * ReportListeners.of(center::accept, center::heartbeat)}.
 *
 * <p>A report is confirmed to its VM once what was decided is written down; the VM, which isolates itself after that, does not wait
 * for the plan's end.
 */
public final class ReportListeners {
    private ReportListeners() {}

    /** Returns a listener that hands reports on and takes no notice of heartbeats, nor of advisories, which are in the receiver's log. */
    public static ReportListener of(Function<FaultReport, CompletionStage<Decision>> accepts) {
        return of(accepts, beat -> {});
    }

    /**
     * Returns a listener that hands reports and heartbeats on. It is as thread-safe as the functions are.
     *
     * @param accepts takes a report; its stage completes once what was decided is written down, and exceptionally with an {@link
     *     IllegalArgumentException} where the VM is not known
     * @param beats takes a heartbeat
     */
    public static ReportListener of(
            Function<FaultReport, CompletionStage<Decision>> accepts, Consumer<Heartbeat> beats) {
        return of(accepts, beats, advisory -> {});
    }

    /**
     * Returns a listener that hands reports, heartbeats and advisories on. An advisory never comes to {@code accepts}: whatever a center
     * does about a fault, it does nothing about what its VM only tells.
     *
     * @param accepts takes a report, as above
     * @param beats takes a heartbeat
     * @param advised takes what a VM only tells, for people; must not block. Where it throws, the advisory is sent again
     */
    public static ReportListener of(
            Function<FaultReport, CompletionStage<Decision>> accepts,
            Consumer<Heartbeat> beats,
            Consumer<GuestReport> advised) {
        return new ToFunctions(accepts, beats, advised);
    }

    private static final class ToFunctions implements ReportListener {
        private final Function<FaultReport, CompletionStage<Decision>> accepts;
        private final Consumer<Heartbeat> beats;
        private final Consumer<GuestReport> advised;
        private final AtomicLong count = new AtomicLong();

        private ToFunctions(
                Function<FaultReport, CompletionStage<Decision>> accepts,
                Consumer<Heartbeat> beats,
                Consumer<GuestReport> advised) {
            this.accepts = accepts;
            this.beats = beats;
            this.advised = advised;
        }

        @Override
        public CompletionStage<ReportOutcome> advisory(GuestReport advisory) {
            advised.accept(advisory);
            return CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);
        }

        @Override
        public CompletionStage<ReportOutcome> fault(GuestReport report) {
            return accepts.apply(toCenter(report))
                    .handle((decision, thrown) -> outcome(Optional.ofNullable(decision), thrown));
        }

        private static FaultReport toCenter(GuestReport report) {
            return FaultReport.ofVm(
                    VmId.of(report.vm().value()),
                    FaultKind.valueOf(report.kind().name()),
                    report.observedAt(),
                    report.source(),
                    report.sequence());
        }

        private static ReportOutcome outcome(Optional<Decision> decision, @Nullable Throwable thrown) {
            if (decision.isEmpty()) {
                Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
                return cause instanceof IllegalArgumentException ? ReportOutcome.UNKNOWN_VM : ReportOutcome.NOT_TAKEN;
            }
            boolean isStale = decision.get().parts().stream().anyMatch(part -> part.reason() == Reason.STALE);
            return isStale ? ReportOutcome.STALE : ReportOutcome.WRITTEN_DOWN;
        }

        @Override
        public void heartbeat(VmName vm, Instant sentAt) {
            // A receiver takes no message twice or late, so that each shows life, whatever the VM's clock says.
            beats.accept(Heartbeat.ofVm(VmId.of(vm.value()), 0, count.incrementAndGet()));
        }
    }
}
