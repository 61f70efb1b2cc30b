package io.vmha.monitor;

import io.vmha.monitor.report.GuestFault;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * One watch at work: calls its probe, never twice at a time, and counts its failures.
 *
 * <p>Confined to the monitor's loop, but for {@link #look}, which touches no state.
 */
final class WatchRun {
    /** How late this monitor may be before it trusts no silence that it measured. */
    private static final Duration HELD_UP = Duration.ofMillis(500);

    /** What one look came to; {@code error} is what a probe that broke has thrown. */
    private sealed interface Look {
        record Saw(ProbeResult result) implements Look {}

        record Broke(Throwable error) implements Look {}
    }

    private final Watch watch;
    private final MonitorScheduler scheduler;
    private final MonitorListener listener;
    private final FaultResponse response;

    private boolean inGrace;
    private Instant nextTick = Instant.MIN;
    private boolean heldUp;
    private long number;
    private boolean looking;
    private boolean overdue;
    /** Counted and not measured: a clock may be set, above all soon after a boot. */
    private Duration silentFor = Duration.ZERO;

    private Instant lookedAt = Instant.EPOCH;
    private int failures;
    private boolean isolationFound;

    WatchRun(Watch watch, MonitorScheduler scheduler, MonitorListener listener, FaultResponse response) {
        this.watch = watch;
        this.scheduler = scheduler;
        this.listener = listener;
        this.response = response;
    }

    /** Looks for the first time; in the grace nothing that a look finds becomes a fault. */
    void begin(boolean isInGrace) {
        inGrace = isInGrace;
        tick();
    }

    /** Until then nothing that a look finds becomes a fault. */
    void endGrace() {
        inGrace = false;
    }

    private void tick() {
        Instant now = scheduler.now();
        heldUp = isLate(nextTick, now);
        nextTick = now.plus(watch.interval());
        scheduler.schedule(watch.interval(), this::tick);
        if (!looking) {
            startLook();
        } else if (overdue) {
            silentFor = silentFor.plus(watch.interval());
            judgeSilence();
        }
    }

    /** A monitor that comes too late itself, as in a machine that was paused, cannot say that others do. */
    private static boolean isLate(Instant due, Instant now) {
        return !due.equals(Instant.MIN) && now.isAfter(due.plus(HELD_UP));
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

    // A probe that throws could not look, and an Error is this program's own trouble: neither is a reason to power a
    // machine off.
    @SuppressWarnings("CatchingUnchecked")
    private Look look() {
        try {
            // Nothing at all would count as well, and end a fault.
            return new Look.Saw(Objects.requireNonNull(watch.probe().check(), "the probe returned null"));
        } catch (Exception thrown) {
            return new Look.Saw(ProbeResult.unknown("could not look: " + thrown));
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
            silentFor = watch.deadline();
            // Off the loop: to interrupt a thread that is in a file channel is to wait for the disk.
            scheduler.call(interrupt);
            heldUp = isLate(lookedAt.plus(watch.deadline()), scheduler.now());
            judgeSilence();
        }
    }

    private void judgeSilence() {
        Duration soFar = silentFor;
        if (heldUp) {
            judge(ProbeResult.unknown(
                    "no answer after " + soFar.toMillis() + " ms, but the monitor was held up itself"));
        } else if (watch.probe() instanceof SilenceReader reader) {
            long mine = number;
            scheduler.call(() -> {
                ProbeResult why = reader.silence(soFar);
                scheduler.execute(() -> {
                    if (looking && mine == number) {
                        judge(why);
                    }
                });
            });
        } else {
            judge(ProbeResult.failed(watch.kindOfSilence(), "no answer after " + soFar.toMillis() + " ms"));
        }
    }

    private Duration took() {
        return Duration.between(lookedAt, scheduler.now());
    }

    private void judge(ProbeResult result) {
        listener.on(new MonitorEvent.Probed(watch.name(), result, took()));
        if (result instanceof ProbeResult.Failed failed) {
            failed(failed.kind(), failed.detail());
        } else if (!(result instanceof ProbeResult.Unknown)) {
            if (failures >= watch.threshold()) {
                listener.on(new MonitorEvent.Recovered(watch.name()));
            }
            failures = 0;
            isolationFound = false;
        }
    }

    private void failed(GuestFault kind, String detail) {
        if (inGrace) {
            // The first failure after the grace completes the count, if there were as many on end as it takes.
            failures = Math.min(failures + 1, watch.threshold() - 1);
            return;
        }
        failures = Math.min(failures + 1, Integer.MAX_VALUE - 1);
        FoundFault fault = new FoundFault(watch.name(), kind, detail, scheduler.now());
        Reaction reaction = watch.reactionTo(kind);
        // One kind may be told only and the next ask for isolation: that is another fault.
        boolean isFirstToIsolate = reaction == Reaction.ISOLATE && !isolationFound;
        if (failures == watch.threshold() || (failures > watch.threshold() && isFirstToIsolate)) {
            isolationFound = reaction == Reaction.ISOLATE;
            response.found(fault, reaction);
        } else if (failures > watch.threshold()) {
            response.lasts(fault, reaction);
        }
    }
}
