package io.vmha.center;

import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Counts the hosts that were reported lost of late. Confined to the center's loop. */
final class StormWatch {
    private final Optional<StormGuard> guard;
    private final Map<HostId, Instant> lost = new TreeMap<>();
    private boolean open;

    StormWatch(Optional<StormGuard> guard) {
        this.guard = guard;
    }

    void onReport(FaultReport report, Instant now) {
        if (guard.isPresent()
                && (report.kind() == FaultKind.HOST_DOWN || report.kind() == FaultKind.HOST_UNREACHABLE)) {
            report.subject().fold(vm -> null, host -> lost.put(host, now));
        }
    }

    /** Forgets what is older than the window and hosts that are back; returns whether the guard opened or closed. */
    boolean refresh(Inventory inventory, Instant now) {
        if (guard.isEmpty()) {
            return false;
        }
        Instant oldest = now.minus(guard.get().window());
        lost.entrySet().removeIf(entry -> !entry.getValue().isAfter(oldest) || isUp(inventory, entry.getKey()));
        int hosts = inventory.hosts().size();
        boolean before = open;
        open = hosts > 0 && (double) lost.size() / hosts > guard.get().maxHostFraction();
        return before != open;
    }

    private static boolean isUp(Inventory inventory, HostId id) {
        return inventory.host(id).map(Host::isAvailable).orElse(true);
    }

    boolean isOpen() {
        return open;
    }

    Set<HostId> lost() {
        return ImmutableSet.copyOf(lost.keySet());
    }

    /** When the oldest report stops to count; empty if there is none. */
    Optional<Instant> nextChange() {
        return guard.flatMap(
                limits -> lost.values().stream().min(Instant::compareTo).map(at -> at.plus(limits.window())));
    }
}
