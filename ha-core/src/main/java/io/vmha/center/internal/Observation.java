package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.HostRecord;
import io.vmha.center.internal.state.Sightings;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultEnd;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Instant;
import java.util.Optional;

/**
 * Applies one reading of the platform: what it shows of hosts and VMs, by the table of who owns which field, and which faults open or
 * close by that. Confined to the center's loop.
 */
final class Observation {
    private final CenterLoop center;
    private final CenterState state;
    private final Sightings sightings;
    private final Instant begun;

    Observation(CenterLoop center, Sightings sightings, Instant begun) {
        this.center = center;
        this.state = center.state();
        this.sightings = sightings;
        this.begun = begun;
    }

    void apply() {
        sightings.begin(state);
        try {
            applyEach();
        } finally {
            sightings.end(state);
        }
        center.stormChanges().refresh();
        if (state.health().read(sightings::isFresh)) {
            center.executor().advanceRoom();
        }
    }

    private void applyEach() {
        sightings.hosts().forEach(this::host);
        center.doubtedReports().read(sightings, begun);
        for (VmId id : sightings.vms(state)) {
            if (state.vm(id).isPresent()) {
                known(id);
            } else {
                sightings.firstSeen(id).ifPresent(this::added);
            }
        }
    }

    private void added(VirtualMachine vm) {
        if (state.host(vm.host()).isPresent()
                && sightings.isAfter(state.declarations().removedAt(vm.id()))) {
            state.declarations().declare(vm.withServedBy(Optional.empty()).withHealth(VmHealth.HEALTHY));
            center.intake().known(new FaultSubject.OfVm(vm.id()));
        }
    }

    private void host(Host host) {
        Optional<HostRecord> before = state.host(host.id());
        boolean isOther = before.map(known -> !isSame(known, host)).orElse(true);
        if (isOther) {
            state.declarations().declare(host);
        }
        if (before.isEmpty()) {
            center.intake().known(new FaultSubject.OfHost(host.id()));
        }
        HostRecord record = state.requireHost(host.id());
        if (!sightings.isFresh(record) || !sightings.answered(host.id())) {
            return;
        }
        if (host.health() == HostHealth.UP && record.fault().isPresent()) {
            if (!sightings.isAfter(record.saidLostAt())) {
                // It may have been lost again after it was read: the next reading tells.
                center.readings().need();
                return;
            }
            center.losses().hostIsUp(record);
            state.health().shownUpFrom(host.id(), begun);
        } else if (host.health() == HostHealth.DOWN || host.health() == HostHealth.DEGRADED) {
            lostOrDegraded(host);
        }
    }

    private static boolean isSame(HostRecord known, Host seen) {
        return seen.withHealth(HostHealth.UP)
                .withInQuarantine(false)
                .withInMaintenance(known.seen().inMaintenance())
                .equals(known.seen());
    }

    /** What the platform says for certain opens a fault; that a host does not answer is left to detection, unless that has said so. */
    private void lostOrDegraded(Host host) {
        FaultKind kind = host.health() == HostHealth.DOWN ? FaultKind.HOST_DOWN : FaultKind.HOST_DEGRADED;
        if (state.requireHost(host.id()).health() != host.health()) {
            center.reports().shown(new FaultSubject.OfHost(host.id()), kind, begun);
        }
    }

    private void known(VmId id) {
        VmRecord vm = state.vm(id).orElseThrow();
        boolean isPlanned = !center.executor().runsOf(id).isEmpty();
        HostId before = vm.seen().host();
        Sightings.Seen seen = sightings.apply(id, state);
        if (vm.is(VmState.Flag.DELETED)) {
            return;
        }
        switch (seen) {
            case RUNNING -> running(vm, before);
            case RUNNING_PERHAPS_TWICE ->
                center.decisions().runsOn(vm, vm.seen().host());
            case TWICE -> splitBrain(vm);
            case STOPPED, AS_KNOWN, UNCERTAIN -> {
                if (!isPlanned) {
                    center.losses().reportIfStopped(vm);
                }
            }
        }
        if (seen == Sightings.Seen.UNCERTAIN && !vm.isActedOn()) {
            center.readings().need();
        }
        state.places().knownOff(vm, center.now());
        // It may have been moved to a host that is lost, by whomever.
        state.vm(id).ifPresent(center.losses()::loseWithHost);
        center.executor().advance(id);
        center.decisions().wake(id);
    }

    private void running(VmRecord vm, HostId before) {
        if (vm.is(VmState.Flag.HALF_MADE) && !vm.seen().host().equals(before)) {
            state.leftovers().cloneNotNeeded(vm.id(), before, center.now());
        }
        state.flag(vm.id(), VmState.Flag.HALF_MADE, false);
        // Whoever was to start it need not any more.
        state.flag(vm.id(), VmState.Flag.TO_START, false);
        if (state.runsVms(vm.seen().host()) && center.faults().end(vm.id(), FaultEnd.SEEN_RUNNING)) {
            center.decisions().well(vm);
        }
    }

    /** A VM runs twice: nothing of it is started or powered off before an operator has looked. */
    private void splitBrain(VmRecord vm) {
        if (center.unmet().isNoted(vm.id(), NeedKind.RESTORE, Reason.SPLIT_BRAIN)) {
            return;
        }
        Trigger trigger = vm.isFailed() ? vm.faults().get(0).trigger() : Trigger.POWERED_OFF;
        String why = vm.id() + " runs on several hosts at once: " + vm.mayRunOn();
        center.notes().note(vm, NeedKind.RESTORE, Reason.SPLIT_BRAIN, why);
        SubjectDecision.Blocked blocked = new SubjectDecision.Blocked(
                new FaultSubject.OfVm(vm.id()), trigger, Reason.SPLIT_BRAIN, Explanation.of(() -> why));
        center.publish(new HaEvent.Decided(
                center.now(),
                Optional.empty(),
                blocked,
                center.decisions().plans().noPlan()));
    }
}
