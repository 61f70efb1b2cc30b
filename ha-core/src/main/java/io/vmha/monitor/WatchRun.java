package io.vmha.monitor;

import io.vmha.fault.FaultKind;
import java.time.Duration;
import java.time.Instant;

/**
 * One watch at work: calls its probe, never twice at a time, and counts its failures.
 *
 * <p>Confined to the monitor's loop, but for {@link #look}, which touches no state.
 */
final class WatchRun {
    /** What one look came to; {@code error} is what a probe that broke has thrown. */
    private sealed interface Look {
        record Saw(ProbeResult result) implements Look {}

        record Broke(Throwable error) implements Look {}
    }

    private final Watch watch;
    private final MonitorScheduler scheduler;
    private final MonitorListener listener;
    private final FaultResponse response;

    private long number;
    private boolean looking;
    private boolean overdue;
    private Instant lookedAt = Instant.EPOCH;
    private int failures;

    WatchRun(Watch watch, MonitorScheduler scheduler, MonitorListener listener, FaultResponse response) {
        this.watch = watch;
        this.scheduler = scheduler;
        this.listener = listener;
        this.response = response;
    }

    void tick() {
        scheduler.schedule(watch.interval(), this::tick);
        if (!looking) {
            startLook();
        } else if (overdue) {
            judge(late());
        }
    }

    private void startLook() {
        long mine = ++number;
        looking = true;
        overdue = false;
        lookedAt = scheduler.now();
        Runnable interrupt = scheduler.call(() -> {
            Look look = look();
            scheduler.execute(() -> returned(look));
        });
        scheduler.schedule(watch.deadline(), () -> passedDeadline(mine, interrupt));
    }

    // A probe that throws has failed; an Error is this program's own trouble, and no reason to power a machine off.
    @SuppressWarnings("CatchingUnchecked")
    private Look look() {
        try {
            return new Look.Saw(watch.probe().check());
        } catch (Exception thrown) {
            return new Look.Saw(ProbeResult.failed(watch.kindOfSilence(), String.valueOf(thrown)));
        } catch (Error broken) {
            return new Look.Broke(broken);
        }
    }

    private void returned(Look look) {
        looking = false;
        if (overdue) {
            return; // It was judged when it passed its deadline; the next look tells whether that has changed.
        }
        if (look instanceof Look.Saw saw) {
            judge(saw.result());
        } else if (look instanceof Look.Broke broke) {
            listener.on(new MonitorEvent.ProbeBroke(watch.name(), broke.error()));
        }
    }

    private void passedDeadline(long which, Runnable interrupt) {
        if (looking && which == number) {
            overdue = true;
            // Off the loop: to interrupt a thread that is in a file channel is to wait for the disk.
            scheduler.call(interrupt);
            judge(late());
        }
    }

    private ProbeResult late() {
        return ProbeResult.failed(watch.kindOfSilence(), "no answer after " + took().toMillis() + " ms");
    }

    private Duration took() {
        return Duration.between(lookedAt, scheduler.now());
    }

    private void judge(ProbeResult result) {
        listener.on(new MonitorEvent.Probed(watch.name(), result, took()));
        if (result instanceof ProbeResult.Failed failed) {
            failed(failed.kind(), failed.detail());
        } else {
            if (failures >= watch.threshold()) {
                listener.on(new MonitorEvent.Recovered(watch.name()));
            }
            failures = 0;
        }
    }

    private void failed(FaultKind kind, String detail) {
        failures = Math.min(failures + 1, Integer.MAX_VALUE - 1);
        FoundFault fault = new FoundFault(watch.name(), kind, detail, scheduler.now());
        if (failures == watch.threshold()) {
            response.found(fault, watch.reaction());
        } else if (failures > watch.threshold()) {
            response.lasts(fault, watch.reaction());
        }
    }
}
