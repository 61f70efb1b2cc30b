package io.vmha.center.internal.state;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.vmha.center.journal.VmState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One snapshot of the platform, made ready off the loop: which VMs it shows otherwise than the center believes. Applying it on the
 * loop costs as much as differs, not as much as there is. Made by one thread and handed to the loop.
 *
 * <p>Facts count for a VM only where the reading began after the last action on it ended, and none is under way or of unknown
 * outcome; else a reading only adds hosts on which the VM may be running. A reading of one host adds or removes that host only.
 */
public final class Sightings {
    /** What a snapshot shows otherwise than was believed when so many readings had been applied. */
    private record Difference(Set<VmId> vms, List<Host> hosts, long readings) {}

    private final PlatformSnapshot snapshot;
    private final long token;
    private final Map<VmId, List<VirtualMachine>> byVm;
    /** Whether all hosts answered. */
    private final boolean isWhole;

    private Difference difference;
    /** Whether a reading that began later was applied before; known once it is applied. */
    private boolean isOutdated;

    private Sightings(
            PlatformSnapshot snapshot, long token, Map<VmId, List<VirtualMachine>> byVm, Difference difference) {
        this.snapshot = snapshot;
        this.token = token;
        this.byVm = byVm;
        this.isWhole = snapshot.hosts().stream().map(Host::id).allMatch(snapshot.answered()::contains);
        this.difference = difference;
    }

    /** What a reading changed about a VM that faults may follow from. */
    public enum Seen {
        /** Nothing that a fault follows from. */
        AS_KNOWN,
        /** It may run where nobody knew of it, by a reading that does not count: one that does has to tell. */
        UNCERTAIN,
        /** It runs on one host, and that is certain. */
        RUNNING,
        /** It runs on one host, and may be running on another that did not answer. */
        RUNNING_PERHAPS_TWICE,
        /** It ran, and is certainly off now. */
        STOPPED,
        /** It runs on two hosts at once. */
        TWICE
    }

    /**
     * Compares a snapshot with the inventory as it was last computed. That shows what plans are about to do as done: for VMs that have
     * one, whatever is read counts. Safe from any thread.
     */
    public static Sightings of(PlatformSnapshot snapshot, long token, Projected projected) {
        Map<VmId, List<VirtualMachine>> byVm =
                new LinkedHashMap<>(snapshot.vms().size() * 2);
        for (VirtualMachine vm : snapshot.vms()) {
            List<VirtualMachine> before = byVm.putIfAbsent(vm.id(), List.of(vm));
            if (before != null) {
                byVm.put(
                        vm.id(),
                        ImmutableList.<VirtualMachine>builder()
                                .addAll(before)
                                .add(vm)
                                .build());
            }
        }
        return new Sightings(snapshot, token, byVm, difference(snapshot, byVm, projected));
    }

    private static Difference difference(
            PlatformSnapshot snapshot, Map<VmId, List<VirtualMachine>> byVm, Projected projected) {
        Inventory believed = projected.inventory();
        Set<VmId> differing = new LinkedHashSet<>(projected.planned().toJavaSet());
        byVm.forEach((id, seen) -> {
            boolean isSame = seen.size() == 1
                    && believed.vm(id)
                            .filter(known -> isSame(known, seen.get(0)))
                            .isPresent();
            if (!isSame) {
                differing.add(id);
            }
        });
        for (VirtualMachine known : believed.vms()) {
            if (!byVm.containsKey(known.id())) {
                differing.add(known.id());
            }
        }
        List<Host> hosts = new ArrayList<>();
        for (Host host : snapshot.hosts()) {
            if (believed.host(host.id()).filter(known -> isSame(known, host)).isEmpty()) {
                hosts.add(host);
            }
        }
        return new Difference(differing, hosts, projected.readings());
    }

    private static boolean isSame(VirtualMachine known, VirtualMachine seen) {
        return known.host().equals(seen.host())
                && known.power() == seen.power()
                && known.health() == VmHealth.HEALTHY
                && known.allocation().equals(seen.allocation())
                && Declared.of(seen, known).equals(known);
    }

    private static boolean isSame(Host known, Host seen) {
        return known.equals(seen.withInMaintenance(known.inMaintenance())
                        .withInQuarantine(known.inQuarantine())
                        .withHealth(known.health()))
                && known.health() == seen.health();
    }

    /** The hosts that differ from what was believed. */
    public List<Host> hosts() {
        return Collections.unmodifiableList(difference.hosts());
    }

    /** Whether a host answered. */
    public boolean answered(HostId host) {
        return snapshot.answered().contains(host);
    }

    /** Whether the reading began after that token was issued. */
    public boolean isAfter(long issued) {
        return token > issued;
    }

    /** Whether the reading began after the host's state last changed. */
    public boolean isFresh(HostRecord host) {
        return token > host.changedAt;
    }

    /**
     * Begins to apply it: what began before a reading that was applied only adds hosts. Where another was applied since it was compared,
     * to differ from what was believed then says nothing.
     */
    public void begin(CenterState state) {
        isOutdated = !state.isNewestReading(token);
        Projected now = state.projected();
        if (now.readings() != difference.readings()) {
            difference = difference(snapshot, byVm, now);
        }
    }

    /** It was applied. */
    public void end(CenterState state) {
        state.readingApplied();
    }

    /** The VMs that differ from what was believed, and those whose place is to be found out. */
    public Set<VmId> vms(CenterState state) {
        return ImmutableSet.<VmId>builder()
                .addAll(difference.vms())
                .addAll(state.places().uncertain())
                .build();
    }

    /** Applies what was seen of a VM that is known. */
    public Seen apply(VmId id, CenterState state) {
        VmRecord record = state.vm(id).orElseThrow();
        List<VirtualMachine> sightings = byVm.getOrDefault(id, List.of());
        Set<HostId> runningOn = sightings.stream()
                .filter(vm -> vm.power() != PowerState.OFF && answered(vm.host()) && !isOffSince(vm.host(), state))
                .map(VirtualMachine::host)
                .collect(ImmutableSet.toImmutableSet());
        if (record.isActedOn()) {
            record.seenOn = Sets.union(record.seenOn, runningOn).immutableCopy();
        }
        boolean isFresh = token > record.actedAt && !record.isActedOn() && !isOutdated;
        Set<HostId> possible = new LinkedHashSet<>(record.mayRunOn);
        if (isFresh) {
            possible.removeIf(this::answered);
            possible.addAll(unseenHosts(record, sightings, state));
        }
        possible.addAll(runningOn);
        if (!isFresh) {
            if (possible.equals(record.mayRunOn)) {
                return Seen.AS_KNOWN;
            }
            record.flags.add(VmState.Flag.UNSEARCHED);
            state.places().place(record, possible);
            return Seen.UNCERTAIN;
        }
        return applyFresh(record, sightings, runningOn, possible, state);
    }

    /** Whether a host was confirmed off after the reading began: nothing runs on it that was seen there. */
    private boolean isOffSince(HostId host, CenterState state) {
        return state.host(host)
                .filter(found -> found.health() == HostHealth.DOWN && !isFresh(found))
                .isPresent();
    }

    /**
     * The hosts of which nothing was seen and that may run a VM which its own host does not show: where it was last known, or, if it
     * has vanished from where it ran, any of them, since somebody may have moved it.
     */
    private Set<HostId> unseenHosts(VmRecord record, List<VirtualMachine> sightings, CenterState state) {
        if (sightings.stream().anyMatch(vm -> answered(vm.host()))) {
            return Set.of();
        }
        Set<HostId> known = sightings.stream()
                .map(VirtualMachine::host)
                .filter(host -> isUnseen(host, state))
                .collect(ImmutableSet.toImmutableSet());
        boolean hasVanished = known.isEmpty()
                && !record.mayRunOn.isEmpty()
                && record.mayRunOn.stream().allMatch(this::answered);
        return hasVanished
                ? snapshot.hosts().stream()
                        .map(Host::id)
                        .filter(host -> isUnseen(host, state))
                        .collect(ImmutableSet.toImmutableSet())
                : known;
    }

    private boolean isUnseen(HostId host, CenterState state) {
        return !answered(host)
                && state.host(host)
                        .filter(found -> found.health() != HostHealth.DOWN)
                        .isPresent();
    }

    private Seen applyFresh(
            VmRecord record,
            List<VirtualMachine> sightings,
            Set<HostId> runningOn,
            Set<HostId> possible,
            CenterState state) {
        boolean ran = record.power() != PowerState.OFF;
        // A host that is up and did not answer this time may run it.
        Set<HostId> unread = Sets.filter(possible, host -> !answered(host) && state.runsVms(host));
        if (unread.isEmpty() && record.mayRunOn.stream().allMatch(this::answered)) {
            record.flags.remove(VmState.Flag.UNSEARCHED);
        } else if (!record.mayRunOn.containsAll(unread)) {
            record.flags.add(VmState.Flag.UNSEARCHED);
        }
        best(record, sightings).ifPresent(seen -> state.places().reads(record, read(record, seen), isWhole));
        state.places().place(record, possible);
        if (state.vm(record.id()).isEmpty()) {
            return Seen.AS_KNOWN;
        }
        state.flag(record.id(), VmState.Flag.SPLIT_BRAIN, runningOn.size() > 1);
        if (runningOn.size() > 1) {
            return Seen.TWICE;
        }
        if (record.power() == PowerState.ON) {
            return Seen.RUNNING;
        }
        if (!runningOn.isEmpty()) {
            return Seen.RUNNING_PERHAPS_TWICE;
        }
        return ran && record.isConfirmedOff() ? Seen.STOPPED : Seen.AS_KNOWN;
    }

    /** Of several sightings the one that runs counts, then the one where the VM is registered, if the host answered. */
    private Optional<VirtualMachine> best(VmRecord record, List<VirtualMachine> sightings) {
        return sightings.stream()
                .filter(vm -> answered(vm.host()))
                .min(Comparator.comparing((VirtualMachine vm) -> vm.power() == PowerState.OFF)
                        .thenComparing(vm -> !vm.host().equals(record.seen.host()))
                        .thenComparing(VirtualMachine::host));
    }

    private static VirtualMachine read(VmRecord record, VirtualMachine seen) {
        return Declared.of(
                seen, record.seen.withHost(seen.host()).withPower(seen.power()).withAllocation(seen.allocation()));
    }

    /** How a VM was seen that is not known yet; empty where no host that answered has it. */
    public Optional<VirtualMachine> firstSeen(VmId id) {
        return byVm.getOrDefault(id, List.of()).stream()
                .filter(vm -> answered(vm.host()))
                .min(Comparator.comparing(vm -> vm.power() == PowerState.OFF));
    }
}
