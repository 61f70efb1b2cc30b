package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges the storm guards again when something changed and when time alone may close one; tells of that, and releases what a guard held.
 * Confined to the center's loop.
 */
final class StormChanges {
    private record All(int hosts, int vms) {}

    private final CenterLoop center;
    private final CenterScheduler scheduler;
    private final StormWatch storm;
    private CenterScheduler.@Nullable Cancellable timer;
    /** How many hosts and VMs there were when an open guard was last judged for that. */
    private All lastAll = new All(0, 0);

    StormChanges(CenterLoop center, CenterScheduler scheduler, StormWatch storm) {
        this.center = center;
        this.scheduler = scheduler;
        this.storm = storm;
    }

    /**
     * What an earlier center knew to be lost or failed counts still, managed or not, for a whole window: when it began no clock of this one
     * tells.
     */
    void resume() {
        CenterState state = center.state();
        state.hosts().stream()
                .filter(host -> !host.health().runsVms())
                .forEach(host -> storm.lost(host.seen().id(), scheduler.uptime()));
        state.remarkableVms().stream()
                .filter(vm -> hasFailedByItself(vm, state))
                .forEach(vm -> storm.failed(vm.id(), scheduler.uptime()));
        refresh();
    }

    private static boolean hasFailedByItself(VmRecord vm, CenterState state) {
        return vm.isFailed()
                && (state.runsVms(vm.seen().host())
                        || vm.faults().stream()
                                .anyMatch(fault -> fault.report().kind().isToldByRunningGuest()));
    }

    /** A share is of all: where those have become more or fewer, an open guard is judged again. */
    void settle() {
        if (storm.open().isPresent()) {
            All all =
                    new All(center.state().hosts().size(), center.state().vms().size());
            if (!all.equals(lastAll)) {
                lastAll = all;
                refresh();
            }
        }
    }

    /** Judges the guards as things are now. */
    void refresh() {
        Duration now = scheduler.uptime();
        Optional<Reason> before = storm.open();
        if (storm.refresh(center.state(), now)) {
            center.publish(
                    new HaEvent.StormGuardChanged(center.now(), storm.open().isPresent(), storm.lost()));
        }
        if (before.isPresent() && !before.equals(storm.open())) {
            center.executor().releaseHeld();
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        storm.nextChange(now).ifPresent(wait -> timer = scheduler.schedule(wait, () -> center.run(this::refresh)));
    }
}
