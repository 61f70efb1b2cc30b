package io.vmha.center.internal.execution;

import io.vmha.model.HostId;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Limits how many actions are under way on each host. Confined to the center's loop. */
final class HostSlots {
    private static final class Slots {
        private int taken;
        private final Set<Runnable> waiting = new LinkedHashSet<>();
    }

    private final int limit;
    private final Map<HostId, Slots> hosts = new HashMap<>();

    HostSlots(int limit) {
        this.limit = limit;
    }

    /** Takes a slot, or queues what starts the step when one is free: the same object each time. An action on no host needs none. */
    boolean acquire(Optional<HostId> host, Runnable starts) {
        if (host.isEmpty()) {
            return true;
        }
        Slots slots = hosts.computeIfAbsent(host.get(), id -> new Slots());
        if (slots.taken < limit) {
            slots.taken++;
            slots.waiting.remove(starts);
            return true;
        }
        slots.waiting.add(starts);
        return false;
    }

    /** Gives a slot back and lets the step that waited longest try. */
    void release(Optional<HostId> host) {
        if (host.isEmpty()) {
            return;
        }
        Slots slots = hosts.get(host.get());
        if (slots == null) {
            return;
        }
        slots.taken--;
        while (slots.taken < limit && !slots.waiting.isEmpty()) {
            Iterator<Runnable> next = slots.waiting.iterator();
            Runnable starts = next.next();
            next.remove();
            starts.run();
        }
        if (slots.taken == 0 && slots.waiting.isEmpty()) {
            hosts.remove(host.get(), slots);
        }
    }
}
