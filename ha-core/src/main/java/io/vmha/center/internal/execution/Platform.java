package io.vmha.center.internal.execution;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.HostId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Everything outside that actions are carried out on. Immutable; its calls block and are made off the loop.
 *
 * @param adapter the hypervisors
 * @param trafficDirector what moves requests
 * @param fencingDevices what powers hosts off, the first that can is tried first
 * @param databases what reads and changes each replica set
 * @param powerOffGrace how long a guest is given to shut down, 0 or more
 */
public record Platform(
        HypervisorAdapter adapter,
        TrafficDirector trafficDirector,
        List<FencingDevice> fencingDevices,
        Map<ReplicaSetId, DatabaseCluster> databases,
        Duration powerOffGrace) {

    /** Copies the list and the map. */
    public Platform {
        fencingDevices = ImmutableList.copyOf(fencingDevices);
        databases = ImmutableMap.copyOf(databases);
    }

    /** Whether there is a device for that host. */
    boolean canFence(HostId host) {
        return fencingDevices.stream().anyMatch(device -> canFence(device, host));
    }

    /** Whether a device says that it can fence a host; one that cannot say so cannot. */
    static boolean canFence(FencingDevice device, HostId host) {
        return UserCode.answer("whether a fencing device can fence " + host, () -> device.canFence(host), false);
    }

    /** What a cluster says that it can do; one that cannot say so can do nothing. */
    public static Set<DatabaseOperation> operations(DatabaseCluster cluster) {
        return UserCode.answer("what a database cluster can do", cluster::operations, Set.of());
    }

    /** What was accepted may be done: if it cannot be read, that is not known, whatever the reason. */
    static <T> T readBack(Action action, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (AdapterException unreadable) {
            throw new AdapterException.OutcomeUnknown(
                    unreadable.reason(),
                    "accepted to " + action + ", but it cannot be read back: " + UserCode.said(unreadable),
                    unreadable);
        }
    }

    /** What a platform accepted it has not always done: what counts is what is read back. */
    void confirm(VmId vm, Action action, CallContext call, Predicate<MachineReading> shows) {
        MachineReading reading = readBack(action, () -> adapter.read(vm, call));
        if (!shows.test(reading)) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED, "accepted to " + action + ", but it reads " + reading);
        }
    }
}
