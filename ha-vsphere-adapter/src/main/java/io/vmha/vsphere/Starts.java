package io.vmha.vsphere;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.vmha.adapter.AdapterException;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.vsphere.Slots.Slot;
import io.vmha.vsphere.Vcenter.Machine;
import io.vmha.vsphere.internal.vim.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows VMs that were started until their guests are there: gives their places back and their shares. A VM that another
 * center started is followed too, once a discovery shows its low shares. Has one daemon thread; the maps are concurrent.
 */
final class Starts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Starts.class);
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final Vcenter vcenter;
    private final StartShares shares;
    private final StartPolicy policy;
    private final Slots clones;
    private final Slots starts;
    private final Map<VmId, Started> started = new ConcurrentHashMap<>();
    private final Set<VmId> lowByChoice = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                    .setDaemon(true)
                    .setNameFormat("vmha-vsphere-starts")
                    .build());

    private record Started(long nanos, Slot slot) {
        boolean isOlderThan(Duration age) {
            return System.nanoTime() - nanos >= age.toNanos();
        }
    }

    Starts(Vcenter vcenter, StartPolicy policy, Duration interval) {
        this.vcenter = vcenter;
        this.shares = new StartShares(vcenter);
        this.policy = policy;
        this.clones = new Slots("clone", policy.clones());
        this.starts = new Slots("start", policy.starts());
        var unused = thread.scheduleWithFixedDelay(
                this::follow, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    Slots clones() {
        return clones;
    }

    Slots starts() {
        return starts;
    }

    /** Lowers the shares of a VM that is about to be started; where that fails, it is started with its own. */
    void begin(Machine vm, Deadline deadline) {
        if (policy.lowShares().isZero()) {
            return;
        }
        try {
            shares.lower(vm, deadline);
        } catch (AdapterException e) {
            LOG.warn("{} is started with its own shares: {}", vm.id(), e.getMessage());
        }
    }

    /** Follows a VM that was started; takes its place over. */
    void begun(VmId vm, Slot slot) {
        Started before = started.put(vm, new Started(System.nanoTime(), slot));
        if (before != null) {
            before.slot().close();
        }
    }

    /** Takes note of VMs with low shares: those that a center which is no more has started are among them. */
    void noticed(Set<VmId> low) {
        lowByChoice.retainAll(low);
        if (!policy.lowShares().isZero()) {
            low.stream()
                    .filter(vm -> !lowByChoice.contains(vm))
                    .forEach(vm -> started.putIfAbsent(vm, new Started(System.nanoTime(), () -> {})));
        }
    }

    /** Gives a VM that serves its place and its shares back. */
    void serves(VmId vm, Deadline deadline) {
        Machine machine = vcenter.machine(vm, deadline);
        shares.restore(machine, deadline);
        Started done = started.remove(vm);
        if (done != null) {
            done.slot().close();
        }
    }

    private void follow() {
        List.copyOf(started.entrySet()).forEach(entry -> {
            try {
                follow(entry.getKey(), entry.getValue());
            } catch (AdapterException e) {
                LOG.debug("following the start of {}: {}", entry.getKey(), e.getMessage());
                giveUpIfLate(entry.getKey(), entry.getValue());
            } catch (RuntimeException e) {
                if (thread.isShutdown()) {
                    return;
                }
                LOG.error("following the start of {} failed", entry.getKey(), e);
                giveUpIfLate(entry.getKey(), entry.getValue());
            }
        });
    }

    private void giveUpIfLate(VmId vm, Started start) {
        if (start.isOlderThan(policy.settling())) {
            start.slot().close();
            if (start.isOlderThan(policy.lowShares().multipliedBy(2))) {
                started.remove(vm, start);
            }
        }
    }

    private void follow(VmId vm, Started start) {
        Deadline deadline = Deadline.in(ANSWER);
        Machine machine = vcenter.machine(vm, deadline);
        if (machine.power() == PowerState.UNKNOWN) {
            giveUpIfLate(vm, start);
            return;
        }
        boolean gone = machine.power() != PowerState.ON;
        boolean there = gone || hasHeartbeat(machine, deadline);
        boolean settled = there || start.isOlderThan(policy.settling());
        if (settled) {
            start.slot().close();
        }
        if (gone) {
            started.remove(vm, start);
        } else if (!shares.isLowered(machine, deadline)) {
            lowByChoice.add(vm);
            if (settled) {
                started.remove(vm, start);
            }
        } else if (there || start.isOlderThan(policy.lowShares())) {
            shares.restore(machine, deadline);
            started.remove(vm, start);
        }
    }

    private boolean hasHeartbeat(Machine vm, Deadline deadline) {
        return Faults.reading(
                        "reading " + vm.id(),
                        () -> vcenter.client().read(vm.ref(), List.of(InventoryProperties.HEARTBEAT), deadline))
                .text(InventoryProperties.HEARTBEAT)
                .equals("green");
    }

    @Override
    public void close() {
        thread.shutdownNow();
        clones.close();
        starts.close();
    }
}
