package io.vmha.policy;

import io.vmha.model.Host;
import io.vmha.model.HostAllocation;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.List;

/** A host with what it was given so far in one decision; it only gets fuller. Confined to the thread that made it. */
final class WorkingRoom {
    private final Host host;
    private final List<VirtualMachine> taken = new ArrayList<>(0);
    private final double fullnessBefore;
    // Numbers of its own rather than the values of the model, which stand elsewhere in memory.
    private final long cpuMillis;
    private final long memoryMiB;
    private long allocatedCpuMillis;
    private long allocatedMemoryMiB;

    WorkingRoom(HostAllocation before) {
        this.host = before.host();
        this.fullnessBefore = before.fullness();
        this.cpuMillis = before.host().capacity().cpuMillis();
        this.memoryMiB = before.host().capacity().memoryMiB();
        this.allocatedCpuMillis = before.allocated().cpuMillis();
        this.allocatedMemoryMiB = before.allocated().memoryMiB();
    }

    Host host() {
        return host;
    }

    List<VirtualMachine> taken() {
        return taken;
    }

    double fullnessBefore() {
        return fullnessBefore;
    }

    double fullnessWith(Resources added) {
        return Math.max(
                (double) Math.addExact(allocatedCpuMillis, added.cpuMillis()) / cpuMillis,
                (double) Math.addExact(allocatedMemoryMiB, added.memoryMiB()) / memoryMiB);
    }

    void take(VirtualMachine vm) {
        allocatedCpuMillis += vm.allocation().cpuMillis();
        allocatedMemoryMiB += vm.allocation().memoryMiB();
        taken.add(vm);
    }
}
