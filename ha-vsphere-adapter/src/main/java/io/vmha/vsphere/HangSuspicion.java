package io.vmha.vsphere;

import io.vmha.model.VmId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Follows heartbeats, and tells whose have been away for longer than is usual for them. Confined to one thread; time is given. */
final class HangSuspicion {
    private static final String RED = "red";

    private final HangRules rules;
    private final Map<VmId, Guest> guests = new HashMap<>();

    private static final class Guest {
        private boolean isRed;
        private long redSince;
        private boolean isReported;
        private Duration longestAway = Duration.ZERO;
    }

    HangSuspicion(HangRules rules) {
        this.rules = rules;
    }

    /** Takes what the heartbeats are now of all guests that run; others are forgotten but for what was usual of them. */
    void heartbeats(Map<VmId, String> now, long nanos) {
        now.forEach((vm, status) -> {
            Guest guest = guests.computeIfAbsent(vm, same -> new Guest());
            if (!status.equals(RED)) {
                end(guest, nanos);
            } else if (!guest.isRed) {
                guest.isRed = true;
                guest.redSince = nanos;
            }
        });
        guests.forEach((vm, guest) -> {
            if (!now.containsKey(vm)) {
                guest.isRed = false;
                guest.isReported = false;
            }
        });
    }

    private static void end(Guest guest, long nanos) {
        if (guest.isRed && !guest.isReported) {
            Duration away = Duration.ofNanos(nanos - guest.redSince);
            Duration faded = guest.longestAway.multipliedBy(9).dividedBy(10);
            guest.longestAway = away.compareTo(faded) > 0 ? away : faded;
        }
        guest.isRed = false;
        guest.isReported = false;
    }

    /** Forgets what was seen of guests that are no more. */
    void retain(Set<VmId> vms) {
        guests.keySet().retainAll(vms);
    }

    /** Begins again to count the time of every guest: what was seen in the meantime means nothing. */
    void disturbed(long nanos) {
        guests.values().forEach(guest -> guest.redSince = nanos);
    }

    /** How long this guest's heartbeat may be away: twice as long as it was before and came back, within the rules; what was long ago fades. */
    Duration patience(VmId vm) {
        Guest guest = guests.get(vm);
        Duration usual = guest == null ? Duration.ZERO : guest.longestAway.multipliedBy(2);
        Duration atLeast = usual.compareTo(rules.shortest()) > 0 ? usual : rules.shortest();
        return atLeast.compareTo(rules.longest()) > 0 ? rules.longest() : atLeast;
    }

    /** How long this guest's heartbeat has been red; nothing where it is not. */
    Duration away(VmId vm, long nanos) {
        Guest guest = guests.get(vm);
        return guest == null || !guest.isRed ? Duration.ZERO : Duration.ofNanos(nanos - guest.redSince);
    }

    /** Whether so many are red at once, and not yet reported, that it is not the guests. */
    boolean areMany() {
        return red().size() > rules.mostAtOnce();
    }

    private List<VmId> red() {
        return guests.entrySet().stream()
                .filter(entry -> entry.getValue().isRed && !entry.getValue().isReported)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Those whose patience is over, and that were not reported yet. */
    List<VmId> due(long nanos) {
        return red().stream()
                .filter(vm -> away(vm, nanos).compareTo(patience(vm)) >= 0)
                .toList();
    }

    void reported(VmId vm) {
        Guest guest = guests.get(vm);
        if (guest != null) {
            guest.isReported = true;
        }
    }
}
