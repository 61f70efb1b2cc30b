package io.vmha.sim;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What others than the centers did to VMs and hosts, and whether a center can know of it: it was told, or has read it. What it cannot
 * know is no fault of its. Confined to the simulation's thread.
 */
final class Outside {
    private record Told(long epoch, Instant at) {}

    private final VirtualTime time;
    private final Map<VmId, Instant> started = new HashMap<>();
    private final Map<VmId, Told> toldOfVm = new HashMap<>();
    private final Map<HostId, Told> toldOfHost = new HashMap<>();
    private final Map<VmId, Told> toldWell = new HashMap<>();
    private final Map<HostId, Told> toldUp = new HashMap<>();
    private final Map<HostId, Told> toldInMaintenance = new HashMap<>();
    private final Map<VmId, Told> toldLagging = new HashMap<>();
    private final Set<VmId> lagsTold = new HashSet<>();
    private final Set<VmId> lagAccepted = new HashSet<>();
    private final Map<VmId, Told> toldNotToRun = new HashMap<>();
    private final Map<VmId, Told> toldRelieved = new HashMap<>();
    private final Set<VmId> leftAlone = new HashSet<>();
    private final Set<VmId> everLeftAlone = new HashSet<>();
    private final Set<VmId> servedAndWantedOff = new HashSet<>();
    private final Set<VmId> resized = new HashSet<>();
    private final Map<VmId, Instant> wantedAgain = new HashMap<>();
    private final Set<VmId> moved = new HashSet<>();
    private final Set<VmId> failedUntold = new HashSet<>();
    private final Set<VmId> elsewhere = new HashSet<>();
    private final Set<HostId> crowded = new HashSet<>();

    Outside(VirtualTime time) {
        this.time = time;
    }

    /** Somebody started or moved a VM, or it started with its host. */
    void started(VmId vm, HostId host) {
        started.put(vm, time.now());
        crowded.add(host);
    }

    /** A center takes somebody's word that a VM is well, and believes it elsewhere, or not. */
    void elsewhereThanBelieved(VmId vm, boolean is) {
        set(elsewhere, vm, is);
    }

    /** A VM fails: where somebody had started it and told nobody, what it reports may be older than the center's own start of it. */
    void failed(VmId vm) {
        Instant since = started.get(vm);
        if (since != null && (toldOfVm.get(vm) == null || toldOfVm.get(vm).at().isBefore(since))) {
            failedUntold.add(vm);
        }
    }

    /** Whether a VM failed that somebody had started and told nobody. */
    boolean hasFailedUntold(VmId vm) {
        return failedUntold.contains(vm);
    }

    /** Whether somebody started or moved a VM. */
    boolean wasStarted(VmId vm) {
        return started.containsKey(vm);
    }

    /** Somebody moved a VM. */
    void moved(VmId vm, HostId from, HostId to) {
        started(vm, to);
        crowded.add(from);
        moved.add(vm);
    }

    /** Somebody resized a VM. */
    void resized(VmId vm, HostId host) {
        resized.add(vm);
        crowded.add(host);
    }

    /** Whether somebody resized a VM. */
    boolean wasResized(VmId vm) {
        return resized.contains(vm);
    }

    /** Somebody changed what a host has room for. */
    void crowded(HostId host) {
        crowded.add(host);
    }

    /** Whether others than the centers changed what runs on a host. */
    boolean isCrowded(HostId host) {
        return crowded.contains(host);
    }

    /** Somebody wants a VM off or unmanaged, or not any more. */
    void leftAlone(VmId vm, boolean on) {
        if (on) {
            leftAlone.add(vm);
            everLeftAlone.add(vm);
        } else {
            leftAlone.remove(vm);
            wantedAgain.put(vm, Instant.MAX);
        }
    }

    /** A center has taken somebody's word about what is wanted of a VM: before, none could know that it is wanted again. */
    void wantedAsTold(VmId vm) {
        wantedAgain.replace(vm, Instant.MAX, time.now());
    }

    /** Somebody wants a VM off whose requests are served, or something else of it. */
    void servedAndWantedOff(VmId vm, boolean on) {
        set(servedAndWantedOff, vm, on);
    }

    private static void set(Set<VmId> vms, VmId vm, boolean on) {
        if (on) {
            vms.add(vm);
        } else {
            vms.remove(vm);
        }
    }

    /** Whether a VM is wanted off, and its requests were served when that was said: they are to be served from then on, too. */
    boolean isServedAndWantedOff(VmId vm) {
        return servedAndWantedOff.contains(vm);
    }

    /** Whether a VM was ever wanted off or unmanaged: what was reported of it meanwhile nobody wanted to know. */
    boolean wasLeftAlone(VmId vm) {
        return everLeftAlone.contains(vm);
    }

    /** Whether a VM was wanted off or unmanaged at that moment, as far as any center could know, or is so now. */
    boolean isLeftAloneSince(VmId vm, Instant moment) {
        return leftAlone.contains(vm)
                || wantedAgain.getOrDefault(vm, Instant.MIN).isAfter(moment);
    }

    /** Whether a VM is wanted off or unmanaged. */
    boolean isLeftAlone(VmId vm) {
        return leftAlone.contains(vm);
    }

    /** A center takes somebody's word about a VM's power or place. */
    void toldOf(VmId vm, RunningCenter center) {
        toldOfVm.put(vm, now(center));
    }

    /** A center takes somebody's word that a VM is well. */
    void toldWell(VmId vm, RunningCenter center) {
        toldWell.put(vm, now(center));
        // That it is well says nothing of where it is.
        if (!moved.contains(vm)) {
            toldOf(vm, center);
        }
    }

    /** Something was reported of a VM: it is not well. */
    void notWell(VmId vm) {
        toldWell.remove(vm);
    }

    /**
     * A center takes somebody's word that a host is up.
     *
     * @param wasLost whether its VMs may have been off, or not: that a host is well which ran them all along says nothing of them
     */
    void toldUp(HostId host, boolean wasLost, RunningCenter center) {
        toldUp.put(host, now(center));
        if (wasLost) {
            toldOfHost.put(host, now(center));
        }
    }

    /** Something was reported of a host. */
    void notUp(HostId host) {
        toldUp.remove(host);
    }

    void toldInMaintenance(HostId host, boolean on, RunningCenter center) {
        set(toldInMaintenance, host, on, center);
    }

    /** A center is told whether a database is too far behind, or that nobody knows how far. */
    void toldLagging(VmId vm, boolean isTooFar, RunningCenter center) {
        set(toldLagging, vm, isTooFar && !lagAccepted.contains(vm), center);
    }

    /** A center is told that somebody accepts how far a database is behind, until it has caught up. */
    void toldLagAccepted(VmId vm, boolean on) {
        if (on) {
            lagAccepted.add(vm);
            toldLagging.remove(vm);
        } else {
            lagAccepted.remove(vm);
        }
    }

    /** Somebody said how far a replica is behind: at its promotion that word counts, be it true or not. */
    void lagTold(VmId vm) {
        lagsTold.add(vm);
    }

    boolean wasLagTold(VmId vm) {
        return lagsTold.contains(vm);
    }

    /** The database itself said how far it is behind, other than before. */
    void lagRead(VmId vm) {
        toldLagging.remove(vm);
    }

    boolean isKnownLagging(VmId vm, RunningCenter center, Instant before) {
        return isTold(toldLagging, vm, center, before);
    }

    void toldNotToRun(VmId vm, boolean on, RunningCenter center) {
        set(toldNotToRun, vm, on, center);
    }

    /** A center is told how loaded a VM is: too much, or not any more. */
    void toldRelieved(VmId vm, boolean on, RunningCenter center) {
        set(toldRelieved, vm, on, center);
    }

    boolean isKnownRelieved(VmId vm, RunningCenter center, Instant before) {
        return isTold(toldRelieved, vm, center, before);
    }

    private <K> void set(Map<K, Told> map, K key, boolean on, RunningCenter center) {
        if (on) {
            map.put(key, now(center));
        } else {
            map.remove(key);
        }
    }

    private Told now(RunningCenter center) {
        return new Told(center.epoch(), time.now());
    }

    private static <K> boolean isTold(Map<K, Told> map, K key, RunningCenter center, Instant before) {
        Told told = map.get(key);
        return told != null && told.epoch() == center.epoch() && told.at().isBefore(before);
    }

    /** Whether a center was told, before that moment, that a VM is well, and nothing was reported of it since. */
    boolean isKnownWell(VmId vm, RunningCenter center, Instant before) {
        return isTold(toldWell, vm, center, before);
    }

    /** Whether a center was told, before that moment, that a host is up, and nothing was reported of it since. */
    boolean isKnownUp(HostId host, RunningCenter center, Instant before) {
        return isTold(toldUp, host, center, before);
    }

    boolean isKnownInMaintenance(HostId host, RunningCenter center, Instant before) {
        return isTold(toldInMaintenance, host, center, before);
    }

    boolean isKnownNotToRun(VmId vm, RunningCenter center, Instant before) {
        return isTold(toldNotToRun, vm, center, before);
    }

    /** Whether others started or moved a VM of which a center could not know at that moment. */
    boolean isUnknown(VmId vm, HostId host, RunningCenter center, Instant at) {
        Instant since = started.get(vm);
        if (since == null || center.startedAt().isAfter(since)) {
            return false;
        }
        // That a host is up says nothing of what somebody moved there.
        boolean isTold = !elsewhere.contains(vm)
                        && isTold(toldOfVm, vm, center, at)
                        && !toldOfVm.get(vm).at().isBefore(since)
                || !moved.contains(vm)
                        && isTold(toldOfHost, host, center, at)
                        && !toldOfHost.get(host).at().isBefore(since);
        return !isTold && !center.hasRead(vm, since, at);
    }
}
