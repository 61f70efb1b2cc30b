package io.vmha.policy;

import io.vmha.model.Host;
import io.vmha.model.HostAllocation;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A host with what it was given, and what left it, so far in one decision. In a {@link RoomQueue} are only such that nothing
 * leaves: they only get fuller. Confined to the thread that made it.
 */
final class WorkingRoom {
    private final Host host;
    private final List<VirtualMachine> taken = new ArrayList<>(0);
    // Most hosts are left by none.
    private Set<VmId> left = Set.of();
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

    boolean hasLeft(VmId vm) {
        return left.contains(vm);
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

    /** A VM that is here is allocated more. */
    void grow(Resources more) {
        allocatedCpuMillis += more.cpuMillis();
        allocatedMemoryMiB += more.memoryMiB();
    }

    /** Whether no VM on this host, or given to it, is of one anti-affinity group with another VM. */
    boolean keepsAntiAffinity(VirtualMachine vm, Inventory inventory) {
        return vm.antiAffinity().isEmpty()
                || (taken.stream().noneMatch(other -> HostPlacement.shareGroup(vm, other))
                        && inventory.vmsOn(host.id()).stream()
                                .noneMatch(other -> !left.contains(other.id()) && HostPlacement.shareGroup(vm, other)));
    }

    /** Frees what a VM is allocated here, as it is to be placed anew. */
    void leave(VirtualMachine vm) {
        allocatedCpuMillis -= vm.allocation().cpuMillis();
        allocatedMemoryMiB -= vm.allocation().memoryMiB();
        if (left.isEmpty()) {
            left = new HashSet<>();
        }
        left.add(vm.id());
    }

    /** The VM that left stays after all. */
    void stay(VirtualMachine vm) {
        allocatedCpuMillis += vm.allocation().cpuMillis();
        allocatedMemoryMiB += vm.allocation().memoryMiB();
        left.remove(vm.id());
    }
}
