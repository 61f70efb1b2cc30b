package io.vmha.monitor.report;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports of which it is not known yet what became of them. A repeat of one waits for the first: it is of the first's
 * outcome, but where the first was not taken, the repeat is given to the listener in its place. Of several repeats the last one
 * waits, so that a listener that does not answer gathers nothing.
 *
 * <p>Thread-safe; its maps are guarded by itself, and the listener is never called under that lock.
 */
final class OpenReports {
    private static final Logger LOG = LoggerFactory.getLogger(OpenReports.class);

    /** As many as a reporter keeps waiting. */
    static final int MOST_OF_ONE_VM = 64;

    private final ReportListener listener;
    private final Map<Key, Open> open = new HashMap<>();
    private final Map<VmName, Integer> byVm = new HashMap<>();

    OpenReports(ReportListener listener) {
        this.listener = listener;
    }

    private record Key(String source, VmName vm, long sequence) {
        static Key of(GuestReport report) {
            return new Key(report.source(), report.vm(), report.sequence());
        }
    }

    /** Guarded by the reports' lock. */
    private static final class Open {
        private CompletableFuture<ReportOutcome> first;
        private @Nullable CompletableFuture<ReportOutcome> repeat;

        Open(CompletableFuture<ReportOutcome> first) {
            this.first = first;
        }
    }

    /** Returns what becomes of the report; never exceptionally. */
    CompletableFuture<ReportOutcome> take(GuestReport report, boolean isAdvisory) {
        CompletableFuture<ReportOutcome> outcome = new CompletableFuture<>();
        Optional<CompletableFuture<ReportOutcome>> superseded = Optional.empty();
        boolean isFirst = false;
        synchronized (this) {
            Open same = open.get(Key.of(report));
            if (same != null) {
                superseded = Optional.ofNullable(same.repeat);
                same.repeat = outcome;
            } else if (byVm.getOrDefault(report.vm(), 0) < MOST_OF_ONE_VM) {
                open.put(Key.of(report), new Open(outcome));
                byVm.merge(report.vm(), 1, Integer::sum);
                isFirst = true;
            } else {
                superseded = Optional.of(outcome);
            }
        }
        superseded.ifPresent(earlier -> earlier.complete(ReportOutcome.NOT_TAKEN));
        if (isFirst) {
            give(report, isAdvisory);
        }
        return outcome;
    }

    private void give(GuestReport report, boolean isAdvisory) {
        CompletionStage<ReportOutcome> stage;
        try {
            stage = isAdvisory ? listener.advisory(report) : listener.fault(report);
        } catch (Throwable thrown) {
            stage = CompletableFuture.failedFuture(thrown);
        }
        stage.whenComplete((outcome, failed) -> {
            if (failed != null) {
                LOG.warn("A report of {} was not taken in", report.vm(), failed);
            }
            ended(report, isAdvisory, failed == null ? outcome : ReportOutcome.NOT_TAKEN);
        });
    }

    private void ended(GuestReport report, boolean isAdvisory, ReportOutcome outcome) {
        CompletableFuture<ReportOutcome> first;
        Optional<CompletableFuture<ReportOutcome>> repeat;
        boolean isGivenAgain;
        synchronized (this) {
            Open ended = open.get(Key.of(report));
            if (ended == null) {
                return;
            }
            first = ended.first;
            repeat = Optional.ofNullable(ended.repeat);
            // A repeat that was answered meanwhile, since it waited too long, waits for nothing.
            isGivenAgain = outcome == ReportOutcome.NOT_TAKEN
                    && repeat.filter(waiting -> !waiting.isDone()).isPresent();
            if (isGivenAgain) {
                ended.first = repeat.orElseThrow();
                ended.repeat = null;
            } else {
                open.remove(Key.of(report));
                byVm.computeIfPresent(report.vm(), (vm, count) -> count == 1 ? null : count - 1);
            }
        }
        first.complete(outcome);
        if (isGivenAgain) {
            give(report, isAdvisory);
        } else {
            repeat.ifPresent(waiting -> waiting.complete(outcome));
        }
    }
}
