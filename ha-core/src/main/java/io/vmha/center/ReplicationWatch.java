package io.vmha.center;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.ReplicationLag;
import io.vmha.adapter.ReplicationMonitor;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the inventory's replication lags current. What cannot be read stays as it was last read.
 *
 * <p>Confined to the center's loop; the monitor is asked off it, about one machine after the other.
 */
final class ReplicationWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationWatch.class);

    /** What the watch needs of the center around it. */
    interface Surroundings {
        Inventory inventory();

        boolean isActing();

        void change(VirtualMachine changed);
    }

    private final CenterScheduler scheduler;
    private final ReplicationMonitor monitor;
    private final Duration interval;
    private final Surroundings center;
    private final Set<VmId> accepted = new HashSet<>();

    ReplicationWatch(
            CenterScheduler scheduler, ReplicationMonitor monitor, Duration interval, Surroundings surroundings) {
        this.scheduler = scheduler;
        this.monitor = monitor;
        this.interval = interval;
        this.center = surroundings;
    }

    void look() {
        if (!center.isActing()) {
            return;
        }
        List<VmId> databases = center.inventory().vms().stream()
                .filter(vm -> vm.type().equals(VmType.DATABASE))
                .map(VirtualMachine::id)
                .toList();
        Map<VmId, Optional<Duration>> lags = new LinkedHashMap<>();
        scheduler.call(() -> databases.forEach(vm -> read(vm).ifPresent(lag -> lags.put(vm, lag))), failure -> {
            failure.ifPresent(thrown -> LOG.error("the replication monitor failed", thrown));
            if (center.isActing()) {
                lags.forEach(this::take);
                scheduler.schedule(interval, this::look);
            }
        });
    }

    /** Outside: nothing was read; inside: it is no replica. */
    private Optional<Optional<Duration>> read(VmId vm) {
        try {
            return Optional.of(monitor.lag(vm, CallContext.within(interval)).map(ReplicationLag::time));
        } catch (AdapterException unreadable) {
            LOG.debug("replication lag of {}: {}", vm, unreadable.getMessage());
            return Optional.empty();
        }
    }

    private void take(VmId id, Optional<Duration> lag) {
        if (lag.isEmpty() || lag.get().isZero()) {
            accepted.remove(id);
        }
        Optional<Duration> counted = accepted.contains(id) ? Optional.empty() : lag;
        center.inventory()
                .vm(id)
                .filter(vm -> !vm.replicationLag().equals(counted))
                .ifPresent(
                        vm -> center.change(ImmutableVirtualMachine.copyOf(vm).withReplicationLag(counted)));
    }

    /** Counts a machine's lag as none until it has caught up. */
    void accept(VmId id) {
        VirtualMachine vm = center.inventory().requireVm(id);
        accepted.add(id);
        center.change(ImmutableVirtualMachine.copyOf(vm).withReplicationLag(Optional.empty()));
    }
}
