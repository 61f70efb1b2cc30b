package io.vmha.center.internal.state;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * On which hosts each VM may be running, and with that whether it is confirmed off: a VM is only where it may be running on no host. A
 * start adds its host before the call, a migration has both, a host that is confirmed off takes itself out of every set, and a reading of
 * one host adds or removes that host only ({@link Sightings}).
 *
 * <p>Confined to the center's loop, except {@link #isConfirmedOff}, which any thread may ask.
 */
public final class Places {
    private final CenterState state;
    /** The VMs whose place is to be found out: on several hosts, or lost with their host. */
    private final Set<VmId> uncertain = new LinkedHashSet<>();

    /** The VMs that are not confirmed off; one that is not known at all is nowhere. */
    private final Set<VmId> notOff = ConcurrentHashMap.newKeySet();

    Places(CenterState state) {
        this.state = state;
    }

    /** Whether a VM is confirmed off. Safe from any thread. */
    public boolean isConfirmedOff(VmId vm) {
        return !notOff.contains(vm);
    }

    /** The VMs whose place is to be found out. */
    public Set<VmId> uncertain() {
        return ImmutableSet.copyOf(uncertain);
    }

    /** Notes whether a VM is confirmed off, for those who ask from other threads. */
    void noteOff(VmRecord record) {
        if (record.isConfirmedOff()) {
            notOff.remove(record.id());
        } else {
            notOff.add(record.id());
        }
    }

    /** Whether a fault was observed of a guest that ran though the VM had been powered off: somebody else had started it. */
    public boolean isOfAnotherStart(VmId id, FaultReport report) {
        return state.vm(id)
                .filter(record -> record.isToldWhileOff && isSinceOff(record, report))
                .isPresent();
    }

    /** A report of a VM came. */
    void told(VmRecord record, FaultReport report) {
        record.isToldWhileOff |= isSinceOff(record, report);
    }

    private static boolean isSinceOff(VmRecord record, FaultReport report) {
        return record.offSince != null
                && report.kind().isToldByRunningGuest()
                && report.observedAt().isAfter(record.offSince);
    }

    /** A call is about to be made that has the VM run on a host, and registers it there if it was not. */
    public void mayMove(VmId id, HostId host) {
        state.vm(id)
                .filter(record -> !record.seen.host().equals(host))
                .ifPresent(record -> state.flag(id, VmState.Flag.MAY_BE_ELSEWHERE, true));
        mayStart(id, host);
    }

    /** The VM may be running on a host, too. */
    public void mayStart(VmId id, HostId host) {
        state.vm(id).ifPresent(record -> {
            Set<HostId> more = new LinkedHashSet<>(record.mayRunOn);
            more.add(host);
            place(record, more);
        });
    }

    /**
     * The VMs that are registered or may be running on a host that is back may run there, or not, before they are read. So may those that
     * are off and were to be started, moved or cloned there: what was done of which nobody knows starts with its host as others do.
     *
     * @param mayBePlaced the VMs that were about to come there
     */
    public void toBeRead(HostId host, Set<VmId> mayBePlaced) {
        for (VmId id : state.vmsAt(host)) {
            state.vm(id)
                    .filter(vm -> vm.seen.host().equals(host) || vm.mayRunOn.contains(host))
                    .ifPresent(vm -> toBeRead(vm, host));
        }
        Stream<VmId> leftThere = state.leftovers().all().stream()
                .filter(left -> left.host().equals(host))
                .map(Leftover::vm);
        Stream<VmRecord> named = Stream.concat(mayBePlaced.stream(), leftThere).flatMap(id -> state.vm(id).stream());
        Stream<VmRecord> elsewhere = state.vms().stream().filter(Places::mayBeElsewhere);
        Stream.concat(named.filter(vm -> vm.mayRunOn.isEmpty()), elsewhere)
                .distinct()
                .toList()
                .forEach(vm -> toBeRead(vm, host));
    }

    private static boolean mayBeElsewhere(VmRecord record) {
        boolean isCertain = record.power() == PowerState.ON && !record.is(VmState.Flag.UNSEARCHED);
        return record.is(VmState.Flag.MAY_BE_ELSEWHERE) && !isCertain;
    }

    private void toBeRead(VmRecord record, HostId host) {
        record.flags.add(VmState.Flag.UNSEARCHED);
        mayStart(record.id(), host);
        lostWithHost(record.id());
    }

    /** The VM runs on that host and nowhere else. */
    public void runsOn(VmId id, HostId host) {
        state.vm(id).ifPresent(record -> {
            record.seen = record.seen.withHost(host).withPower(PowerState.ON);
            record.flags.remove(VmState.Flag.UNSEARCHED);
            record.flags.remove(VmState.Flag.HALF_MADE);
            record.flags.remove(VmState.Flag.TO_START);
            record.flags.remove(VmState.Flag.MAY_BE_ELSEWHERE);
            record.offSince = null;
            place(record, ImmutableSet.of(host));
        });
    }

    /** The VM was moved to that host. A fault of it for which it was to be looked for is closed by a reading, which still has to come. */
    public void movedTo(VmId id, HostId host) {
        boolean isToBeRead = state.vm(id)
                .filter(record -> record.isFailed() && record.is(VmState.Flag.UNSEARCHED))
                .isPresent();
        runsOn(id, host);
        if (isToBeRead) {
            lookFor(id);
        }
    }

    /** The VM is off: it was read to be. */
    public void isOff(VmId id, Instant now) {
        state.vm(id).ifPresent(record -> {
            boolean isSeenElsewhere = record.seenOn.stream().anyMatch(host -> !host.equals(record.seen.host()));
            if (record.isSaidOn || isSeenElsewhere) {
                lookFor(record);
                return;
            }
            record.seen = record.seen.withPower(PowerState.OFF);
            record.flags.remove(VmState.Flag.UNSEARCHED);
            record.offSince = now;
            record.isToldWhileOff = false;
            place(record, ImmutableSet.of());
        });
    }

    /** It is known to be off by whatever source: what a running guest has failed by from now on is of a start by somebody else. */
    public void knownOff(VmRecord record, Instant now) {
        if (record.offSince == null && record.isConfirmedOff() && !record.isActedOn()) {
            record.offSince = now;
            record.isToldWhileOff = false;
        }
    }

    /** A call that may have started the VM on a host surely did not; somebody else may have meanwhile, or the host that came back. */
    public void notStarted(VmId id, HostId host) {
        state.vm(id).ifPresent(record -> {
            boolean mayBeStartedByOthers = record.isSaidOn || record.is(VmState.Flag.UNSEARCHED);
            if (mayBeStartedByOthers || record.seenOn.contains(host)) {
                lookFor(record);
            } else {
                Set<HostId> left = new LinkedHashSet<>(record.mayRunOn);
                left.remove(host);
                place(record, left);
            }
        });
    }

    /**
     * The VM may run, whatever is known of its place: a platform refused to start it since it runs already, or what became of a start
     * cannot be read. It counts as off, and is powered off, only once it was looked for.
     */
    public void lookFor(VmId id) {
        state.vm(id).ifPresent(this::lookFor);
    }

    private void lookFor(VmRecord record) {
        record.flags.add(VmState.Flag.UNSEARCHED);
        place(record, record.mayRunOn);
    }

    /** The VM may be running on those hosts, and on no other. */
    public void mayRunOn(VmId id, Set<HostId> possible) {
        state.vm(id).ifPresent(record -> place(record, possible));
    }

    /** The VM was cloned anew on that host and is off. */
    public void cloned(VmId id, HostId host) {
        state.vm(id).ifPresent(record -> {
            record.seen = record.seen.withHost(host).withPower(PowerState.OFF);
            record.flags.add(VmState.Flag.HALF_MADE);
            if (record.isSaidOn) {
                // What somebody started meanwhile may be the clone.
                record.flags.add(VmState.Flag.UNSEARCHED);
                mayStart(id, host);
            }
            state.touch(id);
        });
    }

    /** What the VM is allocated. */
    public void allocated(VmId id, Resources allocation) {
        state.vm(id).ifPresent(record -> {
            Resources before = record.seen.allocation();
            double load = record.seen.load() * before.cpuMillis() / allocation.cpuMillis();
            record.seen = record.seen.withAllocation(allocation).withLoad(load);
            state.touch(id);
        });
    }

    /** A VM has what is known of it or another allocation: until it is read, room is counted for the larger. */
    public void mayBeAllocated(VmId id, Resources allocation) {
        state.vm(id).ifPresent(record -> {
            record.seen = record.seen.withAllocation(record.seen.allocation().max(allocation));
            state.touch(id);
        });
    }

    /**
     * What a reading showed of a VM apart from where it may be running.
     *
     * @param isWhole whether it showed all hosts: one that it did not may have the VM, too
     */
    void reads(VmRecord record, VirtualMachine next, boolean isWhole) {
        record.seen = next;
        if (isWhole || next.power() == PowerState.ON) {
            record.flags.remove(VmState.Flag.MAY_BE_ELSEWHERE);
        }
        state.touch(record.id());
    }

    /** Where it may be running, by whatever source. */
    void place(VmRecord record, Set<HostId> possible) {
        record.mayRunOn = ImmutableSet.copyOf(possible);
        if (!possible.isEmpty() && !record.isActedOn()) {
            record.offSince = null;
        }
        if (record.mayRunOn.size() == 1 && !record.mayRunOn.contains(record.seen.host()) && !record.isActedOn()) {
            HostId only = record.mayRunOn.iterator().next();
            if (state.host(only).isPresent()) {
                // Nobody has seen it leave the host where it was, which may have it still and start it.
                record.flags.add(VmState.Flag.MAY_BE_ELSEWHERE);
                record.seen = record.seen.withHost(only);
            }
        }
        noteOff(record);
        boolean isOpen = record.mayRunOn.size() > 1
                || record.is(VmState.Flag.UNSEARCHED)
                || record.is(VmState.Flag.DELETED)
                || record.is(VmState.Flag.ROUTE_IN_DOUBT);
        if (isOpen) {
            uncertain.add(record.id());
        } else {
            uncertain.remove(record.id());
        }
        state.touch(record.id());
        if (record.is(VmState.Flag.DELETED) && record.isConfirmedOff()) {
            state.forget(record.id());
        }
    }

    /** An action on the VM is under way. */
    public void actionBegins(VmId id) {
        state.vm(id).ifPresent(record -> record.acting++);
    }

    /** An action on the VM ended: readings that began before do not count for it. */
    public void actionEnds(VmId id) {
        state.vm(id).ifPresent(record -> {
            record.acting = Math.max(0, record.acting - 1);
            record.actedAt = state.beginReading();
            record.isSaidOn &= record.isActedOn();
            record.seenOn = record.isActedOn() ? record.seenOn : ImmutableSet.of();
            if (!record.isActedOn() && record.mayRunOn.size() == 1 && !record.mayRunOn.contains(record.seen.host())) {
                // What became of a start is not known: it may be registered there by now, and come up with that host.
                place(record, record.mayRunOn);
            }
        });
    }

    /**
     * Somebody says that a VM is on while an action on it is under way.
     *
     * @param mayBePlacedOn where that action may have placed it: it has to be read then where it is on
     */
    public void saidOn(VmId id, Set<HostId> mayBePlacedOn) {
        state.vm(id).ifPresent(record -> {
            record.isSaidOn = true;
            record.seen = record.seen.withPower(PowerState.ON);
            mayStart(id, record.seen.host());
            mayBePlacedOn.stream()
                    .filter(host -> !host.equals(record.seen.host()))
                    .forEach(host -> toBeRead(record, host));
        });
    }

    /** What a reading showed before a VM's host was lost does not count for it. */
    public void lostWithHost(VmId id) {
        state.vm(id).ifPresent(record -> record.actedAt = state.beginReading());
    }

    /** Somebody says that a VM is on, and where is not known: a reading has to tell that begins from now on. */
    public void saidOnSomewhere(VmId id) {
        state.vm(id).ifPresent(record -> toBeRead(record, record.seen.host()));
    }

    /** A VM was deleted: where it may be running still is to be found out. */
    void deleted(VmId id) {
        uncertain.add(id);
    }

    /** Forgets a VM: what needs it off goes on. */
    void forget(VmId id) {
        notOff.remove(id);
        uncertain.remove(id);
    }
}
