package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.vsphere.Vcenter.Machine;
import io.vmha.vsphere.internal.vim.ConfigChange;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.MoRef;
import java.util.Optional;

/** Where machines are and how much of their host they have. Thread-safe: has no state. */
final class Placement {
    private final Vcenter vcenter;
    private final MigrationListener listener;
    private final AllocationPolicy allocation;

    Placement(Vcenter vcenter, MigrationListener listener, AllocationPolicy allocation) {
        this.vcenter = vcenter;
        this.listener = listener;
        this.allocation = allocation;
    }

    static String nameOf(Optional<HostId> host) {
        return host.map(HostId::value).orElse("an unknown host");
    }

    void migrate(VmId id, HostId target, Deadline deadline) {
        Snapshot snapshot = vcenter.knowing(target, deadline);
        Machine vm = vcenter.machine(id, deadline);
        vm.requireKnown();
        if (vm.power() != PowerState.ON) {
            throw new AdapterException.Permanent(Cause.REFUSED, id + " is " + vm.power() + ", not running");
        }
        if (!vm.host().equals(Optional.of(target))) {
            relocate(vm, target, snapshot, deadline);
        }
    }

    /** Moves a machine, on or off, and reads back where it is. */
    void relocate(Machine vm, HostId target, Snapshot snapshot, Deadline deadline) {
        MoRef host = Vcenter.host(snapshot, target);
        MoRef pool = Vcenter.pool(snapshot, target);
        vcenter.run(
                "moving " + vm.id() + " to " + target,
                client -> client.relocate(vm.ref(), host, pool, deadline),
                deadline,
                percent -> listener.progressed(vm.id(), target, percent));
        Optional<HostId> now;
        try {
            now = vcenter.machine(vm.id(), deadline).host();
        } catch (AdapterException.Transient e) {
            throw new AdapterException.OutcomeUnknown(e.reason(), vm.id() + " could not be read back", e);
        }
        if (!now.equals(Optional.of(target))) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED, vm.id() + " is on " + nameOf(now) + " after it was moved to " + target);
        }
    }

    void reallocate(VmId id, Resources amount, Deadline deadline) {
        Machine vm = vcenter.machine(id, deadline);
        vm.requireKnown();
        long cpus = (amount.cpuMillis() + 999) / 1_000;
        if (cpus < 1 || amount.memoryMiB() < 1) {
            throw new AdapterException.Permanent(Cause.REFUSED, "a machine needs CPU and memory: " + amount);
        }
        if (vm.cpus() == cpus && vm.memoryMiB() == amount.memoryMiB()) {
            return;
        }
        Resources capacity = vm.host()
                .flatMap(host -> vcenter.snapshot(deadline).inventory().host(host))
                .map(Host::capacity)
                .orElse(Resources.NONE);
        if (cpus > capacity.cpuMillis() / 1_000 || amount.memoryMiB() > capacity.memoryMiB()) {
            throw new AdapterException.Permanent(
                    Cause.NO_CAPACITY, amount + " for " + id + " is more than its host has: " + capacity);
        }
        ConfigChange change = allocation.change((int) cpus, amount.memoryMiB());
        vcenter.run("changing " + id, client -> client.reconfigure(vm.ref(), change, deadline), deadline);
    }
}
