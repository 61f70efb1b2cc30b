package io.vmha.center.internal.state;

import com.google.common.collect.ImmutableList;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the health of VMs and hosts comes from: their open faults, when the last were closed, who is suspected or in quarantine. Confined
 * to the center's loop.
 */
public final class Health {
    private final CenterState state;
    private final Unwritten unwritten;
    /** The hosts that are to be read before they are fenced. Not in the journal: the next center begins anew. */
    private final Set<HostId> toBeRead = new LinkedHashSet<>();

    private long closures;

    Health(CenterState state, Unwritten unwritten) {
        this.state = state;
        this.unwritten = unwritten;
    }

    /** Opens a fault of a VM, unless that was deleted meanwhile. */
    public void opened(VmId id, OpenFault fault) {
        VmRecord record = state.vm(id).orElse(null);
        if (record == null || record.is(VmState.Flag.DELETED)) {
            return;
        }
        record.faults = ImmutableList.<OpenFault>builder()
                .addAll(record.faults)
                .add(fault)
                .build();
        record.flags.remove(VmState.Flag.RETURNING);
        record.flags.remove(VmState.Flag.REJECTED);
        state.places().told(record, fault.report());
        state.touch(id);
    }

    /** An open fault of that kind was observed again: it is as old as the latest report of it says. */
    public void observedAgain(VmId id, FaultReport report) {
        VmRecord record = state.requireVm(id);
        state.places().told(record, report);
        record.faults = record.faults.stream()
                .map(fault -> fault.report().kind() == report.kind()
                                && fault.report().observedAt().isBefore(report.observedAt())
                        ? new OpenFault(report, fault.since())
                        : fault)
                .collect(ImmutableList.toImmutableList());
        state.touch(id);
    }

    /** Closes the faults of a VM that the test names; returns whether that were its last. One that was deleted has none. */
    public boolean closed(VmId id, Predicate<OpenFault> closes, Instant now) {
        VmRecord record = state.vm(id).orElse(null);
        if (record == null || record.faults.isEmpty()) {
            return false;
        }
        ImmutableList<OpenFault> left =
                record.faults.stream().filter(fault -> !closes.test(fault)).collect(ImmutableList.toImmutableList());
        if (left.size() == record.faults.size()) {
            return false;
        }
        record.faults = left;
        state.touch(id);
        if (left.isEmpty()) {
            closures++;
            record.closedAt = now;
            record.flags.remove(VmState.Flag.REJECTED);
        }
        return left.isEmpty();
    }

    /** How often a VM that had failed came to have no fault any more: a number that tells whether one did since it was last asked for. */
    public long closures() {
        return closures;
    }

    /** A VM was deleted, and its faults with it. */
    void deleted() {
        closures++;
    }

    /** Notes that a VM is well since a moment, by somebody's word, so that a report observed before is stale. */
    public void wellSince(VmId id, Instant now) {
        state.vm(id).ifPresent(record -> {
            record.offBeforeStart = null;
            noteWell(record, now);
        });
    }

    /** An action that began at a moment powered a VM on, or found it on: its guest is well since, unless somebody else had started it. */
    public void poweredOn(VmId id, Instant begun) {
        state.vm(id).ifPresent(record -> {
            boolean isSaidSince = record.wellSince != null && record.wellSince.isAfter(begun);
            record.offBeforeStart = isSaidSince ? null : record.offSince;
            noteWell(record, begun);
        });
    }

    private void noteWell(VmRecord record, Instant since) {
        record.closedAt = later(record.closedAt, since);
        record.wellSince = later(record.wellSince, since);
        state.touch(record.id());
    }

    private static Instant later(@Nullable Instant before, Instant now) {
        return before != null && before.isAfter(now) ? before : now;
    }

    /** A VM's heartbeats are missed, or come again. */
    public void suspected(VmId id, boolean isSuspect) {
        state.vm(id).ifPresent(record -> {
            record.isSuspect = isSuspect;
            state.touch(id);
        });
    }

    /** Opens a fault of a host, or replaces one by a worse one. */
    public void opened(HostId id, OpenFault fault) {
        HostRecord record = state.requireHost(id);
        record.fault = fault;
        record.isConfirmedOff |= fault.report().kind() == FaultKind.HOST_DOWN;
        record.changedAt = state.beginReading();
        state.touch(id);
    }

    /** Whether a host that was lost came up since that moment, by what was said or seen, though it may be lost again. */
    public boolean cameUpSince(HostId id, Instant moment) {
        return state.host(id)
                .map(record -> record.upSince != null && !record.upSince.isBefore(moment))
                .orElse(false);
    }

    /** A host was up when this center began though it had been lost before: it counts as lost, and is read before it is fenced. */
    void toBeRead(HostId id) {
        toBeRead.add(id);
        state.touch(id);
    }

    /** This center begins now: what was observed before of a host that counts as lost and was up then is no news of it. */
    public void seenUpAtStart(Instant now) {
        for (HostId id : toBeRead) {
            state.requireHost(id).upAtStart = now;
        }
    }

    /** A host that is lost was seen lost again: a reading that is under way does not tell that it is up. */
    public void saidLostAgain(HostId id) {
        state.requireHost(id).saidLostAt = state.beginReading();
    }

    /** Whether a host is to be read before it is fenced. */
    public boolean isToBeRead(HostId id) {
        return toBeRead.contains(id);
    }

    /** A reading was applied, whichever hosts answered; returns whether one of those had to be read. */
    public boolean read(Predicate<HostRecord> isFresh) {
        return toBeRead.removeIf(id -> state.host(id).filter(isFresh.negate()).isEmpty());
    }

    /** A host was confirmed off from outside. */
    public void confirmedOff(HostId id) {
        state.host(id).ifPresent(record -> {
            record.isConfirmedOff = true;
            record.changedAt = state.beginReading();
            state.touch(id);
        });
    }

    /** A host came back too often of late, or that is over. */
    public void quarantined(HostId id, boolean on) {
        state.host(id).ifPresent(record -> {
            record.isQuarantined = on;
            state.mark(id);
            state.wake(record.seen.role());
        });
    }

    /** A host is up. */
    public void up(HostId id, Instant now) {
        HostRecord record = state.requireHost(id);
        record.fault = null;
        record.isConfirmedOff = false;
        toBeRead.remove(id);
        record.upSince = now;
        record.shownUpFrom = null;
        record.changedAt = state.beginReading();
        state.touch(id);
        state.wake(record.seen.role());
    }

    /** That a host is up was shown by a reading that began then. */
    public void shownUpFrom(HostId id, Instant begun) {
        state.requireHost(id).shownUpFrom = begun;
    }

    /** Forgets when faults were closed that no report can be about any more. */
    public void forgetClosedBefore(Instant moment) {
        for (VmRecord record : state.vms()) {
            boolean isWellLong = record.wellSince == null || record.wellSince.isBefore(moment);
            if (record.closedAt != null && record.closedAt.isBefore(moment) && isWellLong && record.faults.isEmpty()) {
                record.closedAt = null;
                record.wellSince = null;
                unwritten.changed(record.id());
            }
        }
        for (HostRecord record : state.hosts()) {
            if (record.upSince != null && record.upSince.isBefore(moment)) {
                record.upSince = null;
                unwritten.changed(record.seen.id());
            }
        }
    }
}
