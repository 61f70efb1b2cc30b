package io.vmha.monitor;

import io.vmha.monitor.report.FaultReporter;
import io.vmha.monitor.report.GuestFault;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What is done about a fault: the report and the isolation, in the configured order.
 *
 * <p>Confined to the monitor's loop. A machine is isolated once; if that fails it is tried again while the fault lasts. What is only
 * to be told goes to the centers as an advisory.
 */
final class FaultResponse {
    private enum Isolating {
        NOT,
        WAITING,
        UNDER_WAY,
        DONE
    }

    private final MonitorScheduler scheduler;
    private final MonitorListener listener;
    private final FaultReporter reporter;
    private final Isolation isolation;
    private final IsolationOrder order;
    private final Duration reportWait;

    private Optional<IsolationLimit> limit = Optional.empty();
    private Isolating state = Isolating.NOT;
    private boolean withheldTold;
    private Instant lastFault = Instant.EPOCH;

    FaultResponse(
            FaultMonitor.Builder settings, MonitorScheduler scheduler, MonitorListener listener, Isolation isolation) {
        this.scheduler = scheduler;
        this.listener = listener;
        this.isolation = isolation;
        this.reporter = settings.reporter;
        this.order = settings.order;
        this.reportWait = settings.reportWait;
    }

    /** From now on isolations in a row are counted. */
    void limitBy(IsolationLimit row) {
        limit = Optional.of(row);
    }

    /** A fault is there that was not there before. */
    void found(FoundFault fault, Reaction reaction) {
        listener.on(new MonitorEvent.FaultFound(fault, reaction));
        if (reaction == Reaction.REPORT_ONLY) {
            tell(fault, reporter::advise, confirmed -> {});
            return;
        }
        withheldTold = false;
        lastFault = fault.foundAt();
        if (state != Isolating.NOT) {
            report(fault, confirmed -> {});
            return;
        }
        switch (order) {
            case REPORT_FIRST -> {
                state = Isolating.WAITING;
                report(fault, confirmed -> isolateOnce(fault));
                scheduler.schedule(reportWait, () -> isolateOnce(fault));
            }
            case POWER_OFF_FIRST -> {
                Once report = new Once(() -> report(fault, confirmed -> {}));
                isolate(fault, report);
                scheduler.schedule(reportWait, report);
            }
            case BOTH -> {
                report(fault, confirmed -> {});
                isolate(fault, () -> {});
            }
        }
    }

    /** A fault that was found before is still there. */
    void lasts(FoundFault fault, Reaction reaction) {
        if (reaction == Reaction.ISOLATE) {
            lastFault = fault.foundAt();
            if (state == Isolating.NOT) {
                isolate(fault, () -> {});
            }
        }
    }

    /** Whether nothing that asks for isolation was found for that long. */
    boolean isQuietFor(Duration duration) {
        return state == Isolating.NOT && !lastFault.plus(duration).isAfter(scheduler.now());
    }

    /** Whether the machine is being isolated at this moment. */
    boolean isIsolating() {
        return state == Isolating.WAITING || state == Isolating.UNDER_WAY;
    }

    private void report(FoundFault fault, Consumer<Boolean> then) {
        tell(fault, reporter::report, then);
    }

    /** How a fault is told to the centers. */
    @FunctionalInterface
    private interface Telling {
        CompletionStage<Boolean> tell(GuestFault kind, String detail, Instant observedAt);
    }

    private void tell(FoundFault fault, Telling how, Consumer<Boolean> then) {
        Runnable failed = () -> reported(fault, false, then);
        scheduler.call(() -> {
            try {
                how.tell(fault.kind(), fault.watch() + ": " + fault.detail(), fault.foundAt())
                        .whenComplete((confirmed, thrown) -> scheduler.execute(
                                () -> reported(fault, thrown == null && Boolean.TRUE.equals(confirmed), then)));
            } catch (RuntimeException refused) {
                scheduler.execute(failed);
                throw refused;
            }
        });
    }

    private void reported(FoundFault fault, boolean confirmed, Consumer<Boolean> then) {
        listener.on(new MonitorEvent.Reported(fault, confirmed));
        then.accept(confirmed);
    }

    private void isolateOnce(FoundFault fault) {
        if (state == Isolating.WAITING) {
            isolate(fault, () -> {});
        }
    }

    private void isolate(FoundFault fault, Runnable then) {
        Optional<String> refusal = limit.flatMap(IsolationLimit::refusal);
        if (refusal.isPresent()) {
            state = Isolating.NOT;
            withhold(fault, refusal.get());
            then.run();
            return;
        }
        state = Isolating.UNDER_WAY;
        limit.ifPresent(IsolationLimit::isolating);
        listener.on(new MonitorEvent.Isolating(fault, isolation.describe()));
        scheduler.call(() -> {
            MonitorEvent end = tryToIsolate(fault);
            scheduler.execute(() -> {
                state = end instanceof MonitorEvent.Isolated ? Isolating.DONE : Isolating.NOT;
                listener.on(end);
                then.run();
            });
        });
    }

    private void withhold(FoundFault fault, String why) {
        if (!withheldTold) {
            withheldTold = true;
            listener.on(new MonitorEvent.IsolationWithheld(fault, why));
        }
    }

    // Whatever goes wrong, an Error included, must lead to another try.
    @SuppressWarnings("CatchingUnchecked")
    private MonitorEvent tryToIsolate(FoundFault fault) {
        try {
            isolation.isolate(fault);
            return new MonitorEvent.Isolated(fault);
        } catch (Exception | Error failed) {
            return new MonitorEvent.IsolationFailed(fault, failed);
        }
    }

    /** Runs a task the first time only. Confined to the loop. */
    private static final class Once implements Runnable {
        private final Runnable task;
        private boolean ran;

        Once(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (!ran) {
                ran = true;
                task.run();
            }
        }
    }
}
