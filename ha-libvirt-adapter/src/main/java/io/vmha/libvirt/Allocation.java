package io.vmha.libvirt;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.libvirt.Directory.Location;
import io.vmha.model.Resources;
import io.vmha.model.VmId;

/**
 * Changes what machines are allocated, live and for their next start. Stateless but for the cluster that it works on;
 * thread-safe.
 *
 * <p>CPU is given in whole vCPUs: millicores are rounded up.
 */
final class Allocation {
    private final Cluster cluster;

    Allocation(Cluster cluster) {
        this.cluster = cluster;
    }

    void set(VmId vm, Resources wanted, Deadline deadline) {
        cluster.onMachine(vm, deadline, machine -> {
            set(machine, wanted, deadline);
            return wanted;
        });
    }

    private void set(Location machine, Resources wanted, Deadline deadline) {
        DomainDescription description = machine.entry().description();
        long memoryKiB = wanted.memoryMiB() * DomainDescription.KIB_PER_MIB;
        int vcpus = DomainDescription.vcpus(wanted.cpuMillis());
        if (memoryKiB == 0 || vcpus == 0) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED, "VM " + machine.vm() + " needs more than no memory and no CPU: " + wanted);
        }
        if (memoryKiB > description.maxMemoryKiB() || vcpus > description.maxVcpus()) {
            throw new AdapterException.Permanent(
                    Cause.NO_CAPACITY,
                    "VM " + machine.vm() + " can be given at most "
                            + DomainDescription.allocation(description.maxMemoryKiB(), description.maxVcpus())
                            + " by its definition: " + wanted);
        }
        Resources rounded = DomainDescription.allocation(memoryKiB, vcpus);
        ManagedHost host = cluster.host(machine.host());
        Resources unused = cluster.rooms()
                .with(
                        machine.host(),
                        machine.vm(),
                        rounded,
                        deadline,
                        () -> host.link().change("reallocate " + machine.vm(), deadline, connection -> {
                            connection.allocate(
                                    machine.uuid(),
                                    memoryKiB,
                                    vcpus,
                                    description.vcpus(),
                                    machine.entry().allocation().memoryMiB() * DomainDescription.KIB_PER_MIB);
                            return rounded;
                        }));
        if (vcpus != description.vcpus()) {
            host.domains().forget(machine.uuid());
            host.markStale();
        }
        host.domains().allocated(machine.uuid(), memoryKiB);
        cluster.reallocated(machine, rounded);
    }
}
