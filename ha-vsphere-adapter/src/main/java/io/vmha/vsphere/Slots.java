package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.MoRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lets so many calls of a kind be under way as a pace allows; a call for a busy host holds up none for another. Guarded by its monitor. */
final class Slots {
    private static final String ALL = "all";

    private final String what;
    private final Pace pace;
    private final Map<Object, Integer> taken = new HashMap<>();
    private boolean closed;

    Slots(String what, Pace pace) {
        this.what = what;
        this.pace = pace;
    }

    /** A place among those that are under way; given back once, by any thread. */
    interface Slot extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Waits for a place.
     *
     * @throws AdapterException.Transient if there was none by the deadline, or the thread was interrupted or the slots closed
     */
    synchronized Slot take(HostId host, List<MoRef> datastores, Deadline deadline) {
        Map<Object, Integer> wanted = new HashMap<>();
        wanted.put(ALL, pace.inAll());
        wanted.put(host, pace.perHost());
        datastores.forEach(datastore -> wanted.put(datastore, pace.perDatastore()));
        while (wanted.entrySet().stream().anyMatch(one -> taken.getOrDefault(one.getKey(), 0) >= one.getValue())) {
            await(host, deadline);
        }
        wanted.keySet().forEach(key -> taken.merge(key, 1, Integer::sum));
        AtomicBoolean given = new AtomicBoolean();
        return () -> {
            if (given.compareAndSet(false, true)) {
                giveBack(wanted);
            }
        };
    }

    // Woken with every place that is given back, and looked at again.
    @SuppressWarnings("WaitNotInLoop")
    private void await(HostId host, Deadline deadline) {
        long millis = deadline.remaining().toMillis();
        if (closed) {
            throw new AdapterException.Transient(Cause.UNREACHABLE, "closed while a place to " + what + " was awaited");
        }
        if (millis < 1) {
            throw new AdapterException.Transient(
                    Cause.BUSY, "too many VMs are under way to " + what + " another on " + host);
        }
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdapterException.Transient(
                    Cause.BUSY, "interrupted while a place to " + what + " was awaited", e);
        }
    }

    private synchronized void giveBack(Map<Object, Integer> wanted) {
        wanted.keySet().forEach(key -> taken.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1));
        notifyAll();
    }

    /** Ends the waiting. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
