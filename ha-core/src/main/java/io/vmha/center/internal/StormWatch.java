package io.vmha.center.internal;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.config.StormGuard;
import io.vmha.center.config.VmStormGuard;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Counts the hosts that were found lost of late, and the VMs that looked failed by themselves. Where too many are, rather the
 * watcher errs. Windows are measured by a clock that never jumps. Confined to the center's loop.
 */
final class StormWatch {
    private final Optional<StormGuard> guard;
    private final Optional<VmStormGuard> vmGuard;
    private final Map<HostId, Duration> lost = new TreeMap<>();
    /** The oldest first. Those that are well again stay until it matters how many they are. */
    private final Map<VmId, Duration> failed = new LinkedHashMap<>();
    /** How many faults had been closed when those were last taken out. */
    private long closures;

    private boolean isOpen;
    private boolean isVmOpen;

    StormWatch(Optional<StormGuard> guard, Optional<VmStormGuard> vmGuard) {
        this.guard = guard;
        this.vmGuard = vmGuard;
    }

    /** A host was found down or unreachable. */
    void lost(HostId host, Duration now) {
        if (guard.isPresent()) {
            lost.put(host, now);
        }
    }

    /** A VM looks failed by itself: its host is up, or its guest told. */
    void failed(VmId vm, Duration now) {
        if (vmGuard.isPresent()) {
            failed.remove(vm);
            failed.put(vm, now);
        }
    }

    /** Forgets what is older than its window or over; returns whether a guard opened or closed. */
    boolean refresh(CenterState state, Duration now) {
        boolean before = isOpen;
        boolean vmBefore = isVmOpen;
        guard.ifPresent(limits -> {
            lost.entrySet().removeIf(entry -> isOver(entry.getValue(), limits.window(), now) || runs(entry, state));
            isOpen = share(lost.size(), state.hosts().size()) > limits.maxHostFraction();
        });
        vmGuard.ifPresent(limits -> {
            forgetOldest(limits.window(), now);
            isVmOpen = areTooMany(limits, state);
            if (isVmOpen && closures != state.health().closures()) {
                closures = state.health().closures();
                failed.keySet()
                        .removeIf(vm -> state.vm(vm).filter(VmRecord::isFailed).isEmpty());
                isVmOpen = areTooMany(limits, state);
            }
        });
        return before != isOpen || vmBefore != isVmOpen;
    }

    private void forgetOldest(Duration window, Duration now) {
        Iterator<Duration> oldest = failed.values().iterator();
        while (oldest.hasNext() && isOver(oldest.next(), window, now)) {
            oldest.remove();
        }
    }

    private boolean areTooMany(VmStormGuard limits, CenterState state) {
        return share(failed.size(), state.vms().size()) > limits.maxVmFraction();
    }

    private static boolean isOver(Duration since, Duration window, Duration now) {
        return now.minus(since).compareTo(window) >= 0;
    }

    /** It is reachability alone that counts: a host in maintenance that is up is not lost. */
    private static boolean runs(Map.Entry<HostId, Duration> entry, CenterState state) {
        return state.host(entry.getKey()).map(host -> host.health().runsVms()).orElse(true);
    }

    private static double share(int some, int all) {
        return all == 0 ? 0 : (double) some / all;
    }

    /** The guard that is open, that of hosts first. */
    Optional<Reason> open() {
        if (isOpen) {
            return Optional.of(Reason.STORM_GUARD);
        }
        return isVmOpen ? Optional.of(Reason.VM_STORM_GUARD) : Optional.empty();
    }

    Set<HostId> lost() {
        return ImmutableSet.copyOf(lost.keySet());
    }

    Set<VmId> failed() {
        return ImmutableSet.copyOf(failed.keySet());
    }

    /** How long from now until the oldest stops to count; empty where no guard is open. */
    Optional<Duration> nextChange(Duration now) {
        Stream<Duration> hosts = isOpen
                ? lost.values().stream()
                        .map(since -> since.plus(guard.orElseThrow().window()))
                : Stream.empty();
        Stream<Duration> vms = isVmOpen
                ? failed.values().stream()
                        .limit(1)
                        .map(since -> since.plus(vmGuard.orElseThrow().window()))
                : Stream.empty();
        return Stream.concat(hosts, vms)
                .min(Duration::compareTo)
                .map(at -> at.compareTo(now) < 0 ? Duration.ZERO : at.minus(now));
    }
}
