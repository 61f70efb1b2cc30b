package io.vmha.center.internal;

import io.vmha.center.internal.execution.LostHost;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.HostRecord;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.fault.FaultEnd;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Opens and closes faults by the rules of the design, and says what a report is worth: whether it opens one, repeats one, comes late
 * or is not wanted. Confined to the center's loop.
 */
final class Faults {
    /** What a report came to. */
    enum Taken {
        /** It opened a fault, or one of another kind of a VM that had failed: to be decided. */
        OPENED,
        /** It repeats a fault that is open. */
        REPEATED,
        /** It was observed before what closed or recovered its subject. */
        STALE,
        /** It was observed while a reading was under way that showed its host up: which came first is not known. */
        DOUBTED,
        /** The VM is desired OFF or UNMANAGED. */
        NOT_WANTED
    }

    private final CenterState state;
    private final CenterScheduler scheduler;
    private final StormWatch storm;

    Faults(CenterState state, CenterScheduler scheduler, StormWatch storm) {
        this.state = state;
        this.scheduler = scheduler;
        this.storm = storm;
    }

    /** Takes a report about a VM. */
    Taken ofVm(VmRecord vm, FaultReport told) {
        FaultReport report = byOwnClock(told);
        if (vm.desired() != DesiredState.RUNNING) {
            // Whoever manages it may know better; it is no target until then.
            state.health().suspected(vm.id(), vm.desired() == DesiredState.UNMANAGED);
            return Taken.NOT_WANTED;
        }
        if (isStale(vm, report)) {
            return Taken.STALE;
        }
        if (vm.isConfirmedOff() && report.kind() != FaultKind.POWERED_OFF) {
            // What fails runs: somebody may have started it.
            state.places().lookFor(vm.id());
        }
        boolean isNew = !vm.isFailed();
        boolean isOtherKind =
                vm.faults().stream().noneMatch(fault -> fault.report().kind() == report.kind());
        if (isNew || isOtherKind) {
            state.health().opened(vm.id(), new OpenFault(report, scheduler.now()));
        } else {
            state.health().observedAgain(vm.id(), report);
        }
        state.flag(vm.id(), VmState.Flag.LIMITED, false);
        state.flag(vm.id(), VmState.Flag.REJECTED, false);
        // What a guest tells it tells from a host that runs, wherever that is, and also where the VM had been lost
        // before.
        boolean isOfTheVm = report.kind().isToldByRunningGuest()
                ? isNew || isOtherKind
                : isNew && state.runsVms(vm.seen().host());
        if (isOfTheVm) {
            storm.failed(vm.id(), scheduler.uptime());
        }
        return isNew ? Taken.OPENED : Taken.REPEATED;
    }

    /** Nothing was observed after it was told: a source's clock that is ahead would make a fault outlast the recovery from it. */
    private FaultReport byOwnClock(FaultReport told) {
        Instant now = scheduler.now();
        return told.observedAt().isAfter(now) ? told.toBuilder().observedAt(now).build() : told;
    }

    /** That a reading showed it running says nothing of its guest. */
    private static boolean isStale(VmRecord vm, FaultReport report) {
        boolean isOfTheGuest = !report.kind().closedBy(FaultKind.Scope.VM).contains(FaultEnd.SEEN_RUNNING);
        return isOfTheGuest
                ? vm.isGuestWellSince(report)
                : vm.closedAt().filter(report.observedAt()::isBefore).isPresent();
    }

    /**
     * Takes a report about a host.
     *
     * @param lost gets the VMs that were seen lost with it
     */
    Taken ofHost(HostRecord host, FaultReport report, Consumer<VmId> lost) {
        HostId id = host.seen().id();
        if (host.wasUpSince(report.observedAt())) {
            boolean mayBeLater =
                    report.kind() == FaultKind.HOST_UNREACHABLE && host.mayBeLostAgainAt(report.observedAt());
            return mayBeLater ? Taken.DOUBTED : Taken.STALE;
        }
        HostHealth before = host.health();
        boolean isWorse = switch (report.kind()) {
            case HOST_DOWN -> before != HostHealth.DOWN;
            case HOST_UNREACHABLE -> before.runsVms();
            default -> before == HostHealth.UP;
        };
        if (!isWorse) {
            boolean isSeenLostAnew = !before.runsVms()
                    && report.kind() != FaultKind.HOST_DEGRADED
                    && host.fault()
                            .filter(open ->
                                    report.observedAt().isAfter(open.report().observedAt()))
                            .isPresent();
            if (isSeenLostAnew) {
                state.health().saidLostAgain(id);
            }
            return Taken.REPEATED;
        }
        OpenFault fault = new OpenFault(report, scheduler.now());
        List<VmRecord> running = report.kind() == FaultKind.HOST_DEGRADED ? List.of() : state.running(id);
        state.health().opened(id, fault);
        if (report.kind() != FaultKind.HOST_DEGRADED) {
            storm.lost(id, scheduler.uptime());
        }
        if (report.kind() == FaultKind.HOST_DOWN) {
            LostHost.confirmedOff(id, state);
        }
        running.stream()
                .sorted(Comparator.comparing(VmRecord::id))
                .filter(vm -> isLostWith(vm, id, fault))
                .forEach(vm -> lost.accept(vm.id()));
        return Taken.OPENED;
    }

    /** A VM that may be running elsewhere too is uncertain, not lost. */
    private boolean isLostWith(VmRecord vm, HostId host, OpenFault fault) {
        boolean isNowhereElse = vm.mayRunOn().isEmpty() || vm.mayRunOn().equals(Set.of(host));
        if (!isNowhereElse || vm.desired() != DesiredState.RUNNING || vm.is(VmState.Flag.DELETED)) {
            return false;
        }
        boolean hasOne = vm.faults().stream()
                .anyMatch(open -> open.report().kind() == fault.report().kind());
        if (!hasOne) {
            state.health().opened(vm.id(), fault);
        }
        return true;
    }

    /** Closes the faults of a VM that this end closes; returns whether the VM has none any more, and had one. */
    boolean end(VmId vm, FaultEnd end) {
        return state.health()
                .closed(
                        vm,
                        fault -> fault.report()
                                .kind()
                                .closedBy(FaultKind.Scope.VM)
                                .contains(end),
                        scheduler.now());
    }

    /** Closes the faults of a VM that was lost with other hosts than one; returns whether the VM has none any more, and had one. */
    boolean endOfOtherHosts(VmId vm, HostId runsOn) {
        return state.health()
                .closed(
                        vm,
                        fault -> fault.report().kind().scope() == FaultKind.Scope.HOST
                                && !fault.report().subject().is(runsOn),
                        scheduler.now());
    }

    /**
     * The report by which a VM's open fault is decided again. A fault that it has from its host is decided as its own: the host may be
     * back.
     */
    static FaultReport reportOf(VmRecord vm) {
        FaultReport report = vm.faults().get(0).report();
        return report.kind().scope() == FaultKind.Scope.VM
                ? report
                : FaultReport.ofVm(
                        vm.id(), FaultKind.POWERED_OFF, report.observedAt(), report.source(), report.sequence());
    }

    static SubjectDecision.Ignored ignored(FaultSubject subject, FaultReport report, Taken why) {
        Reason reason = switch (why) {
            case STALE, DOUBTED -> Reason.STALE;
            case NOT_WANTED -> Reason.NOT_WANTED;
            case OPENED, REPEATED -> Reason.DUPLICATE;
        };
        return new SubjectDecision.Ignored(
                subject, Trigger.of(report.kind()), reason, Explanation.of(() -> switch (why) {
                    case STALE -> "it was observed before " + subject + " was well again";
                    case DOUBTED ->
                        "it may have been observed before " + subject + " was well again, which is read anew";
                    case NOT_WANTED -> subject + " is not to run, or not to be managed";
                    case OPENED, REPEATED -> subject + " has failed already, and what it needs is done or under way";
                }));
    }
}
