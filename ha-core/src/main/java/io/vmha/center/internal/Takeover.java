package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.JournalState;
import io.vmha.model.HostHealth;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Goes on with what an earlier center left, or with what was imported. Keeps nothing; on the center's loop. */
public final class Takeover {
    private static final Duration FORGETTING = Duration.ofMinutes(10);
    /** For how long it is remembered when faults were closed: no report is older that is to count. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final CenterLoop center;
    private final CenterState state;

    /** Makes one for a center that is about to begin. */
    public Takeover(CenterLoop center) {
        this.center = center;
        this.state = center.state();
    }

    /** Goes on with what an earlier center left. */
    public void resume(JournalState left) {
        center.run(() -> {
            if (left.isFirst()) {
                // With what there is now, in one write: that a VM was off when this began must not be taken for a
                // failure later.
                center.holds().settings(center.holds().settings());
            }
            Instant now = center.now();
            state.health().seenUpAtStart(now);
            state.remarkableVms().forEach(vm -> state.places().knownOff(vm, now));
            List<PlanRun> resumed = new ArrayList<>();
            for (JournalState.OpenPlan open : left.open()) {
                PlanRun run = center.executor().resume(open);
                center.publish(
                        new HaEvent.PlanResumed(center.now(), open.opened().decision(), run.plan()));
                resumed.add(run);
            }
            center.stormChanges().resume();
            center.quarantine().resume(left.flaps());
            resumed.forEach(PlanRun::advance);
            loseWithHosts();
            wakeNeedy();
            if (!left.isFirst()) {
                reportStopped();
            }
            boolean isTakenOver = !left.vms().isEmpty()
                    || !left.open().isEmpty()
                    || !left.hosts().isEmpty();
            if (isTakenOver) {
                center.readings().need();
            }
            forgetAtTimes();
        });
    }

    /** What was imported may make something necessary, and where VMs are is read first. */
    void goOnAfterImport() {
        center.stormChanges().refresh();
        wakeNeedy();
        center.readings().need();
        center.executor().releaseHeld();
    }

    /** What somebody moved to a host that is lost while nobody knew of it, or no center was there, is lost with it. */
    private void loseWithHosts() {
        List<VmRecord> there = state.hosts().stream()
                .filter(host -> !host.health().runsVms())
                .flatMap(host -> state.recordsAt(host.seen().id()).stream())
                .distinct()
                .toList();
        there.forEach(center.losses()::loseWithHost);
    }

    /** Most VMs are as they should be, and are not looked at closely. */
    private void wakeNeedy() {
        Set<VmId> looked = new TreeSet<>();
        state.remarkableVms().forEach(vm -> looked.add(vm.id()));
        state.hosts().stream()
                .filter(host -> host.seen().inMaintenance() || host.health() != HostHealth.UP)
                .forEach(host -> looked.addAll(state.vmsAt(host.seen().id())));
        looked.stream()
                .flatMap(vm -> state.vm(vm).stream())
                .filter(vm -> !Needs.of(vm, state, center.decisions().policies().config())
                        .isEmpty())
                .forEach(vm -> center.decisions().wake(vm.id()));
    }

    /** What went down while no center was there is found by what there is at the start. */
    private void reportStopped() {
        state.vms().forEach(center.losses()::reportIfStopped);
    }

    private void forgetAtTimes() {
        center.scheduler()
                .scheduleBackground(
                        FORGETTING,
                        () -> center.run(() -> {
                            if (center.life().isActing()) {
                                state.health().forgetClosedBefore(center.now().minus(REMEMBERED));
                                forgetAtTimes();
                            }
                        }));
    }
}
