package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.vsphere.Slots.Slot;
import io.vmha.vsphere.Vcenter.Machine;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.TransportException;
import io.vmha.vsphere.internal.vim.VimFault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Powers machines on and off, and reads back that they are. Thread-safe: has no state. */
final class PowerControl {
    private final Vcenter vcenter;
    private final Placement placement;
    private final Starts starts;

    PowerControl(Vcenter vcenter, Placement placement, Starts starts) {
        this.vcenter = vcenter;
        this.placement = placement;
        this.starts = starts;
    }

    PowerState state(VmId id, Deadline deadline) {
        Machine vm = vcenter.machine(id, deadline);
        vm.requireKnown();
        return vm.power();
    }

    void off(VmId id, Duration grace, Deadline deadline) {
        Machine vm = vcenter.machine(id, deadline);
        if (vm.power() == PowerState.OFF) {
            return;
        }
        vm.requireKnown();
        MeantOff.Mark mark = vcenter.meantOff().begin(id);
        try {
            off(vm, grace, deadline);
            vcenter.meantOff().done(mark);
        } catch (AdapterException.Transient | AdapterException.Permanent e) {
            vcenter.meantOff().drop(id, mark);
            throw e;
        }
    }

    private void off(Machine vm, Duration grace, Deadline deadline) {
        VmId id = vm.id();
        if (!grace.isZero() && vm.power() == PowerState.ON && shutsDown(vm, deadline, deadline.atMost(grace))) {
            confirm(id, PowerState.OFF, deadline);
            return;
        }
        toState(
                "powering off " + id,
                id,
                PowerState.OFF,
                deadline,
                () -> vcenter.run("powering off " + id, client -> client.powerOff(vm.ref(), deadline), deadline));
    }

    /** Whether the guest shut down by itself; one without tools, or that does not in time, is powered off hard. */
    private boolean shutsDown(Machine vm, Deadline deadline, Deadline grace) {
        try {
            vcenter.client().shutdownGuest(vm.ref(), deadline);
            return vcenter.client()
                    .awaitValue(vm.ref(), InventoryProperties.POWER, Set.of("poweredOff"), grace)
                    .isPresent();
        } catch (VimFault | TransportException e) {
            return false;
        }
    }

    void on(VmId id, HostId host, Deadline deadline) {
        Snapshot snapshot = vcenter.knowing(host, deadline);
        Machine vm = vcenter.machine(id, deadline);
        boolean there = vm.host().equals(Optional.of(host));
        if (vm.power() == PowerState.ON && there) {
            return;
        }
        vm.requireKnown();
        if (!there) {
            if (vm.power() != PowerState.OFF) {
                throw new AdapterException.Permanent(
                        Cause.IN_USE, id + " is " + vm.power() + " on " + Placement.nameOf(vm.host()));
            }
            placement.relocate(vm, host, snapshot, deadline);
        }
        Slot slot = starts.starts().take(host, vm.datastores(), deadline);
        try {
            starts.begin(vm, deadline);
            toState(
                    "powering on " + id,
                    id,
                    PowerState.ON,
                    deadline,
                    () -> vcenter.run("powering on " + id, client -> client.powerOn(vm.ref(), deadline), deadline));
        } catch (AdapterException.OutcomeUnknown e) {
            starts.begun(id, slot);
            throw e;
        } catch (RuntimeException | Error e) {
            slot.close();
            throw e;
        }
        starts.begun(id, slot);
        vcenter.meantOff().isOn(id);
        placement.confirmHost(id, host, deadline);
    }

    /** Runs a task; where the server says that the state is already another, what it is now decides. */
    private void toState(String what, VmId id, PowerState wanted, Deadline deadline, Runnable task) {
        try {
            task.run();
        } catch (AdapterException.Permanent e) {
            if (!(e.getCause() instanceof VimFault fault) || !fault.type().equals("InvalidPowerState")) {
                throw e;
            }
            if (vcenter.machine(id, deadline).power() != wanted) {
                throw new AdapterException.Transient(Cause.BUSY, what + ": its power state is changing", e);
            }
            return;
        }
        confirm(id, wanted, deadline);
    }

    private void confirm(VmId id, PowerState wanted, Deadline deadline) {
        PowerState now;
        try {
            now = vcenter.machine(id, deadline).power();
        } catch (AdapterException.Transient e) {
            throw new AdapterException.OutcomeUnknown(e.reason(), id + " could not be read back", e);
        }
        if (now != wanted) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED, id + " is " + now + " after a task that was to make it " + wanted);
        }
    }
}
