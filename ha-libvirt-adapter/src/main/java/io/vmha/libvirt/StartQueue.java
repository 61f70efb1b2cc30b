package io.vmha.libvirt;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Lets only so many machines be started or cloned at once. Thread-safe; its state is guarded by {@code this}.
 *
 * @see StartLimits
 */
final class StartQueue {
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

    private final StartLimits limits;
    private final LongSupplier nanoTime;
    private final Map<VmId, Start> starts = new HashMap<>();
    private boolean closed;

    /** A machine that is being started or cloned, or has just been; it ends by itself once its call is over. */
    private record Start(HostId host, ImmutableSet<String> storages, boolean isUnderWay, long endsNanos) {}

    StartQueue(StartLimits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    /**
     * Starts or clones a machine when its turn comes.
     *
     * @param storages where its disks are
     * @param settles whether it goes on using its host after the call, as one that boots does
     * @throws AdapterException {@code BUSY} if its turn does not come in time
     */
    <T> T run(
            HostId host,
            VmId vm,
            ImmutableSet<String> storages,
            boolean settles,
            Deadline deadline,
            Supplier<T> action) {
        await(host, vm, storages, deadline);
        boolean done = false;
        try {
            T result = action.get();
            done = true;
            return result;
        } finally {
            over(vm, done && settles);
        }
    }

    /** Ends a machine's start: it serves, boots no more, or is off. */
    synchronized void settled(VmId vm) {
        Start start = starts.get(vm);
        if (start != null && !start.isUnderWay) {
            starts.remove(vm);
            notifyAll();
        }
    }

    /** Ends all waiting. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized void await(HostId host, VmId vm, ImmutableSet<String> storages, Deadline deadline) {
        // The start itself, or a copy of disks, needs some of the deadline too.
        Deadline turn = deadline.minus(deadline.length().dividedBy(2));
        while (true) {
            String full = whatIsFull(host, vm, storages);
            if (full.isEmpty()) {
                starts.put(vm, new Start(host, storages, true, 0));
                return;
            }
            if (closed || turn.hasPassed()) {
                throw new AdapterException.Transient(
                        Cause.BUSY, "VM " + vm + " must wait, since enough are being started " + full);
            }
            try {
                Duration left = turn.remaining();
                wait(Math.max(1, (left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT).toMillis()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AdapterException.Transient(Cause.TIMEOUT, "the waiting thread was interrupted", e);
            }
        }
    }

    private String whatIsFull(HostId host, VmId vm, ImmutableSet<String> storages) {
        long now = nanoTime.getAsLong();
        starts.values().removeIf(start -> !start.isUnderWay && start.endsNanos - now <= 0);
        int all = 0;
        int onHost = 0;
        Map<String, Integer> onStorage = new HashMap<>();
        for (Map.Entry<VmId, Start> each : starts.entrySet()) {
            if (!each.getKey().equals(vm)) {
                Start start = each.getValue();
                all++;
                onHost += start.host.equals(host) ? 1 : 0;
                start.storages.forEach(storage -> onStorage.merge(storage, 1, Integer::sum));
            }
        }
        if (all >= limits.inAll()) {
            return "in all: " + all;
        }
        if (onHost >= limits.perHost()) {
            return "on host " + host + ": " + onHost;
        }
        return storages.stream()
                .filter(storage -> onStorage.getOrDefault(storage, 0) >= limits.perStorage())
                .findFirst()
                .map(storage -> "with disks in " + storage + ": " + onStorage.get(storage))
                .orElse("");
    }

    private synchronized void over(VmId vm, boolean settles) {
        Start start = starts.remove(vm);
        if (settles && start != null) {
            starts.put(
                    vm,
                    new Start(
                            start.host,
                            start.storages,
                            false,
                            nanoTime.getAsLong() + limits.settleTime().toNanos()));
        }
        notifyAll();
    }
}
