package io.vmha.center.internal;

import io.vmha.adapter.FaultSource;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.fault.FaultReport;
import io.vmha.policy.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fault sources of one center. Guarded by itself; a report is taken outside the lock, on the source's thread. */
public final class FaultWatches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FaultWatches.class);

    private final Function<FaultReport, CompletionStage<Decision>> center;
    private final List<FaultSource.Watching> watchings = new ArrayList<>();

    /** Makes one that hands reports to a center. */
    public FaultWatches(Function<FaultReport, CompletionStage<Decision>> center) {
        this.center = center;
    }

    /** Begins to watch; where one source cannot, none is watched. */
    public synchronized void start(List<FaultSource> sources) {
        try {
            sources.forEach(source -> watchings.add(source.watch(this::take)));
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    private void take(FaultReport report) {
        center.apply(report).whenComplete((decision, failed) -> {
            if (failed != null) {
                LOG.warn("The report of {} by {} was not taken", report.subject(), report.source(), failed);
            }
        });
    }

    @Override
    public synchronized void close() {
        for (FaultSource.Watching watching : watchings) {
            try {
                watching.close();
            } catch (Throwable failed) {
                UserCode.log(LOG, "a fault source was not closed", failed);
            }
        }
        watchings.clear();
    }
}
