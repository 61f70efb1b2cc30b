package io.vmha.center.internal.state;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultReport;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaLag;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a center knows and wants of one VM, each fact once. Others read it; the {@link CenterState} and its parts alone
 * change it. Confined to the center's loop.
 */
public final class VmRecord {
    /** As the platform and its declarer say; where its requests go and its health are not in it. Its load is of its own requests. */
    VirtualMachine seen;
    /** The hosts on which it may be running. */
    ImmutableSet<HostId> mayRunOn;
    /** The VM that really serves its requests; null for itself. */
    @Nullable
    VmId server;

    DesiredState desired;
    ImmutableList<OpenFault> faults = ImmutableList.of();
    final EnumSet<VmState.Flag> flags = EnumSet.noneOf(VmState.Flag.class);
    boolean isSuspect;

    @Nullable
    Instant closedAt;

    @Nullable
    Instant wellSince;
    /** The reading token when the last action on it ended: readings that began before do not count. */
    long actedAt;
    /** The reading token when what serves its requests came into doubt: the director's answers of before do not count. */
    long routeInDoubtAt;
    /** Somebody said that it is on while an action on it was under way: what that action read may be older. */
    boolean isSaidOn;
    /** Where readings showed it on while an action on it is under way: a start that surely did nothing may find it there. */
    Set<HostId> seenOn = Set.of();
    /** When it was read to be off after it was powered off; null where it was not, or was seen to run since. Not in the journal. */
    @Nullable
    Instant offSince;
    /**
     * Since when it had been off when an action last powered it on; null where somebody has said since that it is well. What its guest
     * failed by between the two, it failed by in a life that somebody else began. Not in the journal.
     */
    @Nullable
    Instant offBeforeStart;
    /** Whether a guest told a fault meanwhile: by when the report came, since a guest's clock may be ahead. */
    boolean isToldWhileOff;
    /** What was told where {@link VmState.Flag#LAG_TOLD} is set. */
    ToldLag toldLag = ToldLag.before(Optional.empty());

    OptionalDouble sampledLoad = OptionalDouble.empty();
    /** As the inventory shows it; null before it was computed for it. */
    @Nullable
    VirtualMachine shown;

    /** How many actions on it are under way, or ended with an outcome that is not known. */
    int acting;

    VmRecord(VirtualMachine seen) {
        this.seen = seen;
        boolean isOff = seen.power() == PowerState.OFF;
        this.mayRunOn = isOff ? ImmutableSet.of() : ImmutableSet.of(seen.host());
        this.desired = isOff ? DesiredState.OFF : DesiredState.RUNNING;
    }

    /** Its id. */
    public VmId id() {
        return seen.id();
    }

    /** As observed: where it is registered, its allocation and power, and what is declared. */
    public VirtualMachine seen() {
        return seen;
    }

    /** The hosts on which it may be running. */
    public Set<HostId> mayRunOn() {
        return mayRunOn;
    }

    /** The VM that really serves its requests; itself where no other does. */
    public VmId server() {
        return server == null ? seen.id() : server;
    }

    /** How loaded it was when it was last sampled, with all that it serves; empty where no sample reached this center. */
    public OptionalDouble sampledLoad() {
        return sampledLoad;
    }

    /** How far its database was told to be behind, as if it were read from it then; empty where nobody told, or something else holds. */
    public Optional<ReplicaLag.Known> toldLag() {
        return is(VmState.Flag.LAG_TOLD) ? toldLag.asRead() : Optional.empty();
    }

    /** What is desired. */
    public DesiredState desired() {
        return desired;
    }

    /** Its open faults, the oldest first. */
    public List<OpenFault> faults() {
        return faults;
    }

    /** Whether a flag is set. */
    public boolean is(VmState.Flag flag) {
        return flags.contains(flag);
    }

    /** The flags that are set. */
    public Set<VmState.Flag> flags() {
        return ImmutableSet.copyOf(flags);
    }

    /** Whether it has failed. */
    public boolean isFailed() {
        return !faults.isEmpty();
    }

    /** Confirmed off: it may be running nowhere, and where its host was lost it was looked for elsewhere. */
    public boolean isConfirmedOff() {
        return mayRunOn.isEmpty() && !flags.contains(VmState.Flag.UNSEARCHED);
    }

    /** When its last fault was closed. */
    public Optional<Instant> closedAt() {
        return Optional.ofNullable(closedAt);
    }

    /**
     * Whether a report of its guest comes too late: it was observed before the guest is known to be well. One of after the VM was known to
     * be off, and before it was powered on, is of a guest that somebody else had started; powering it on changed nothing then.
     */
    public boolean isGuestWellSince(FaultReport report) {
        Instant observed = report.observedAt();
        boolean isOfAnotherStart =
                offBeforeStart != null && report.kind().isToldByRunningGuest() && observed.isAfter(offBeforeStart);
        return wellSince != null && observed.isBefore(wellSince) && !isOfAnotherStart;
    }

    /** Whether an action on it is under way, or ended with an outcome that is not known. */
    public boolean isActedOn() {
        return acting > 0;
    }

    /** Its power, from where it may be running. */
    public PowerState power() {
        if (mayRunOn.isEmpty()) {
            return PowerState.OFF;
        }
        boolean isKnown = mayRunOn.size() == 1 && mayRunOn.contains(seen.host());
        return isKnown && seen.power() != PowerState.OFF ? seen.power() : PowerState.UNKNOWN;
    }

    /**
     * Whether there is nothing to remember about it: it runs where it is registered, as is wanted, serves itself and has no fault. That
     * a VM is not wanted running is always remembered: else its going down while no center was there could not be told from that.
     */
    boolean isDefault() {
        return desired == DesiredState.RUNNING
                && seen.power() == PowerState.ON
                && mayRunOn.size() == 1
                && mayRunOn.contains(seen.host())
                && server == null
                && faults.isEmpty()
                && flags.isEmpty()
                && closedAt == null
                && wellSince == null;
    }

    VmState state() {
        VirtualMachine vm = seen;
        return new VmState(
                server == null ? vm : vm.withServedBy(server),
                mayRunOn,
                desired,
                faults,
                flags,
                Optional.ofNullable(closedAt),
                Optional.ofNullable(wellSince));
    }

    void restore(VmState state) {
        server = state.vm().servedBy().orElse(null);
        desired = state.desired();
        faults = ImmutableList.copyOf(state.faults());
        flags.addAll(state.flags());
        toldLag = ToldLag.before(state.vm().replicationLag());
        closedAt = state.closedAt().orElse(null);
        wellSince = state.wellSince().orElse(null);
    }
}
