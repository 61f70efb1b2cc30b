package io.vmha.center.internal;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.ReplicationMonitor;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the replication lags current. What cannot be read is unknown, which is not zero.
 *
 * <p>Confined to the center's loop; the monitor is asked off it, about one machine after the other.
 */
public final class ReplicationWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationWatch.class);

    /** What the watch needs of the center around it. */
    public interface Callbacks {
        Inventory inventory();

        boolean isActing();

        void lags(VmId vm, Optional<Duration> lag);

        void lagsNot(VmId vm);
    }

    private final CenterScheduler scheduler;
    private final ReplicationMonitor monitor;
    private final Duration interval;
    private final Callbacks center;

    /** Makes a watch that has not started. */
    public ReplicationWatch(
            CenterScheduler scheduler, ReplicationMonitor monitor, Duration interval, Callbacks callbacks) {
        this.scheduler = scheduler;
        this.monitor = monitor;
        this.interval = interval;
        this.center = callbacks;
    }

    /** Looks after the lags now, and at regular times from then on. */
    public void look() {
        if (!center.isActing()) {
            return;
        }
        List<VmId> databases = center.inventory().vms().stream()
                .filter(vm -> vm.type().equals(VmType.DATABASE))
                .map(VirtualMachine::id)
                .toList();
        Map<VmId, Reading> lags = new LinkedHashMap<>();
        scheduler.call(() -> databases.forEach(vm -> lags.put(vm, read(vm))), failure -> {
            failure.ifPresent(thrown -> LOG.error("the replication monitor failed", thrown));
            if (center.isActing()) {
                lags.forEach(this::take);
                scheduler.scheduleBackground(interval, this::look);
            }
        });
    }

    /** Not a replica; or a replica, whose lag may be unknown. */
    private record Reading(boolean isReplica, Optional<Duration> lag) {}

    private Reading read(VmId vm) {
        try {
            return monitor.lag(vm, CallContext.within(interval))
                    .map(lag -> new Reading(true, Optional.of(lag.time())))
                    .orElseGet(() -> new Reading(false, Optional.empty()));
        } catch (AdapterException unreadable) {
            LOG.debug("replication lag of {}: {}", vm, unreadable.getMessage());
            return new Reading(true, Optional.empty());
        }
    }

    private void take(VmId id, Reading reading) {
        if (reading.isReplica()) {
            center.lags(id, reading.lag());
        } else {
            center.lagsNot(id);
        }
    }
}
