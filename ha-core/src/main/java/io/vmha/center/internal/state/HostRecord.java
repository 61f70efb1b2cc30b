package io.vmha.center.internal.state;

import io.vmha.center.journal.HostState;
import io.vmha.center.journal.OpenFault;
import io.vmha.fault.FaultKind;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a center knows and wants of one host. Others read it; the {@link CenterState} and its parts alone change it. Confined
 * to the center's loop.
 */
public final class HostRecord {
    /** As the platform says; its health is not in it, maintenance is what operators want. */
    Host seen;

    @Nullable
    OpenFault fault;

    boolean isConfirmedOff;
    /** Whether it came back too often of late. */
    boolean isQuarantined;

    @Nullable
    Instant upSince;
    /**
     * When the reading began that last showed it up after a fault; null where somebody said so. That is not in the journal: after a takeover
     * any reading may have.
     */
    @Nullable
    Instant shownUpFrom;
    /** When this center began, where it was up then though it counts as lost. Not in the journal. */
    @Nullable
    Instant upAtStart;
    /** The reading token when it was last said to be lost anew while it was so already. Not in the journal: the next center reads by itself. */
    long saidLostAt;
    /** The reading token when its state last changed by a report or an action. */
    long changedAt;

    HostRecord(Host seen) {
        this.seen = seen;
    }

    /** As it is kept in a record: its health comes from its fault, quarantine from elsewhere. */
    static Host observed(Host host) {
        return host.withHealth(HostHealth.UP).withInQuarantine(false);
    }

    /** As observed and desired, apart from its health. */
    public Host seen() {
        return seen;
    }

    /** Its open fault. */
    public Optional<OpenFault> fault() {
        return Optional.ofNullable(fault);
    }

    /** Whether it was seen up since that moment. */
    public boolean wasUpSince(Instant moment) {
        return (upSince != null && moment.isBefore(upSince)) || (upAtStart != null && moment.isBefore(upAtStart));
    }

    /** Whether it may have been lost again at that moment: it was seen up some time during a reading that had begun by then. */
    public boolean mayBeLostAgainAt(Instant moment) {
        return upAtStart != null || (shownUpFrom != null && !moment.isBefore(shownUpFrom));
    }

    /** The reading token when it was last said to be lost anew while it was so already. */
    public long saidLostAt() {
        return saidLostAt;
    }

    /** Its health, from its open fault. */
    public HostHealth health() {
        if (fault == null) {
            return HostHealth.UP;
        }
        if (isConfirmedOff) {
            return HostHealth.DOWN;
        }
        return fault.report().kind() == FaultKind.HOST_DEGRADED ? HostHealth.DEGRADED : HostHealth.UNREACHABLE;
    }

    /** How policies see it. */
    public Host asSeen() {
        return seen.withHealth(health()).withInQuarantine(isQuarantined);
    }

    boolean isDefault() {
        return fault == null && !seen.inMaintenance() && upSince == null;
    }

    HostState state() {
        return new HostState(seen, Optional.ofNullable(fault), isConfirmedOff, Optional.ofNullable(upSince));
    }

    void restore(HostState state) {
        seen = seen.withInMaintenance(state.host().inMaintenance());
        fault = state.fault().orElse(null);
        isConfirmedOff = state.isConfirmedOff();
        upSince = state.upSince().orElse(null);
        shownUpFrom = upSince == null ? null : Instant.MIN;
    }
}
