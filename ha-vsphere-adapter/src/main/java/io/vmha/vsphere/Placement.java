package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.MigrationListener;
import io.vmha.adapter.MigrationProgress;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.vsphere.Vcenter.Machine;
import io.vmha.vsphere.internal.vim.ConfigChange;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.MoRef;
import java.time.Duration;
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
        Optional<MoRef> pool = newPool(vm, target, snapshot);
        long begun = System.nanoTime();
        vcenter.run(
                "moving " + vm.id() + " to " + target,
                client -> client.relocate(vm.ref(), host, pool, deadline),
                deadline,
                percent -> listener.progressed(new MigrationProgress(
                        vm.id(),
                        vm.host(),
                        target,
                        Duration.ofNanos(System.nanoTime() - begun),
                        Math.min(percent, 100) / 100.0)));
        confirmHost(vm.id(), target, deadline);
    }

    /**
     * The pool to put a machine into; none inside of a cluster, where it stays in its own: a running machine may not change it
     * without DRS, and one in a vApp would be pulled out.
     */
    private static Optional<MoRef> newPool(Machine vm, HostId target, Snapshot snapshot) {
        Optional<MoRef> current = vm.host().map(snapshot.pools()::get);
        MoRef wanted = snapshot.pools().get(target);
        if (wanted != null && current.filter(wanted::equals).isPresent()) {
            return Optional.empty();
        }
        if (vm.pool().filter(pool -> pool.type().equals("VirtualApp")).isPresent()) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED, vm.id() + " is in a vApp, and a move to another cluster would pull it out");
        }
        return Optional.of(Vcenter.pool(snapshot, target));
    }

    /** Reads back where a machine is: DRS may put it elsewhere than it was told. */
    void confirmHost(VmId id, HostId target, Deadline deadline) {
        Optional<HostId> now;
        try {
            now = vcenter.machine(id, deadline).host();
        } catch (AdapterException.Transient e) {
            throw new AdapterException.OutcomeUnknown(e.reason(), id + " could not be read back", e);
        }
        if (!now.equals(Optional.of(target))) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED, id + " is on " + nameOf(now) + " after it was put on " + target);
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
        if (vm.host().isPresent() && !fits(cpus, amount, vm.host().get(), vcenter.snapshot(deadline))) {
            Snapshot fresh = vcenter.discover(deadline);
            if (!fits(cpus, amount, vm.host().get(), fresh)) {
                throw new AdapterException.Permanent(
                        Cause.NO_CAPACITY, amount + " for " + id + " is more than its host has to give");
            }
        }
        ConfigChange change = allocation.change((int) cpus, amount.memoryMiB());
        vcenter.run("changing " + id, client -> client.reconfigure(vm.ref(), change, deadline), deadline);
        confirmSize(id, cpus, amount.memoryMiB(), deadline);
    }

    private static boolean fits(long cpus, Resources amount, HostId host, Snapshot snapshot) {
        return snapshot.inventory()
                .host(host)
                .map(Host::capacity)
                .filter(capacity -> cpus * 1_000 <= capacity.cpuMillis() && amount.memoryMiB() <= capacity.memoryMiB())
                .isPresent();
    }

    private void confirmSize(VmId id, long cpus, long memoryMiB, Deadline deadline) {
        Machine now;
        try {
            now = vcenter.machine(id, deadline);
        } catch (AdapterException.Transient e) {
            throw new AdapterException.OutcomeUnknown(e.reason(), id + " could not be read back", e);
        }
        if (now.cpus() != cpus || now.memoryMiB() != memoryMiB) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED,
                    id + " has " + now.allocation() + " after it was to get " + Resources.of(cpus * 1_000, memoryMiB));
        }
    }
}
