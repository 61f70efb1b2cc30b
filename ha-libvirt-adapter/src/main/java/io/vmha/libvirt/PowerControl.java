package io.vmha.libvirt;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.libvirt.Directory.Location;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.function.Function;

/** Reads and changes the power of machines. Stateless but for the cluster that it works on; thread-safe. */
final class PowerControl {
    private static final Duration POLL = Duration.ofMillis(20);

    private final Cluster cluster;

    PowerControl(Cluster cluster) {
        this.cluster = cluster;
    }

    PowerState state(VmId vm, Deadline deadline) {
        return onMachine(vm, deadline, machine -> state(machine, deadline));
    }

    /** Asks the guest first if it is given time, then powers the domain off hard, and returns when it is off. */
    void off(VmId vm, Duration grace, Deadline deadline) {
        onMachine(vm, deadline, machine -> {
            PowerState before = state(machine, deadline);
            if (before == PowerState.OFF) {
                return before;
            }
            if (before == PowerState.ON && !grace.isZero() && shutDown(machine, grace, deadline)) {
                return PowerState.OFF;
            }
            return destroy(machine, deadline);
        });
    }

    void on(VmId vm, HostId host, Deadline deadline) {
        cluster.host(host);
        onMachine(vm, deadline, machine -> {
            PowerState before = state(machine, deadline);
            if (!machine.host().equals(host)) {
                throw elsewhere(machine, host, before);
            }
            switch (before) {
                case ON -> {
                    return before;
                }
                case OFF ->
                    link(machine).change("power on " + vm, deadline, connection -> {
                        connection.start(machine.uuid());
                        return before;
                    });
                case SUSPENDED ->
                    link(machine).change("resume " + vm, deadline, connection -> {
                        wake(connection, machine);
                        return before;
                    });
                case UNKNOWN ->
                    throw new AdapterException.Transient(
                            Cause.BUSY, "VM " + vm + " is in no state that it could be powered on from");
            }
            return PowerState.ON;
        });
    }

    private static AdapterException elsewhere(Location machine, HostId host, PowerState power) {
        return power == PowerState.OFF
                ? new AdapterException.Permanent(
                        Cause.UNSUPPORTED,
                        "VM " + machine.vm() + " is defined on host " + machine.host() + ", not on " + host)
                : new AdapterException.Permanent(
                        Cause.IN_USE, "VM " + machine.vm() + " is " + power + " on host " + machine.host());
    }

    private static void wake(NativeConnection connection, Location machine) {
        if (connection.state(machine.uuid()) == DomainStats.PM_SUSPENDED) {
            connection.wakeUp(machine.uuid());
        } else {
            connection.resume(machine.uuid());
        }
    }

    private PowerState state(Location machine, Deadline deadline) {
        return link(machine)
                .read(
                        "power state of " + machine.vm(),
                        deadline,
                        connection -> DomainStats.power(connection.state(machine.uuid())));
    }

    private boolean shutDown(Location machine, Duration grace, Deadline deadline) {
        // The hard way needs some of the deadline too.
        Duration most = deadline.remaining().dividedBy(2);
        Deadline graceEnds = Deadline.in(grace.compareTo(most) < 0 ? grace : most);
        try {
            link(machine).change("shut down " + machine.vm(), graceEnds, connection -> {
                connection.shutDown(machine.uuid());
                return PowerState.OFF;
            });
        } catch (AdapterException e) {
            // Whatever kept the guest from being asked, the hard way is still open.
            return state(machine, deadline) == PowerState.OFF;
        }
        while (state(machine, deadline) != PowerState.OFF) {
            if (graceEnds.hasPassed()) {
                return false;
            }
            cluster.pause(POLL);
        }
        return true;
    }

    private PowerState destroy(Location machine, Deadline deadline) {
        return link(machine).change("power off " + machine.vm(), deadline, connection -> {
            try {
                connection.destroy(machine.uuid());
            } catch (NativeException e) {
                if (!e.is(LibvirtError.OPERATION_INVALID) && !e.is(LibvirtError.NO_DOMAIN)) {
                    throw e;
                }
                // It stopped by itself meanwhile, and is gone altogether if it was not persistent.
                if (e.is(LibvirtError.OPERATION_INVALID)
                        && DomainStats.power(connection.state(machine.uuid())) != PowerState.OFF) {
                    throw e;
                }
            }
            return PowerState.OFF;
        });
    }

    /** Does something with a machine where it was last seen, and once more where it is now if it is not there. */
    private <T> T onMachine(VmId vm, Deadline deadline, Function<Location, T> action) {
        try {
            return action.apply(cluster.locate(vm, deadline));
        } catch (AdapterException e) {
            if (e.reason() != Cause.UNKNOWN_SUBJECT) {
                throw e;
            }
        }
        return action.apply(cluster.locateAnew(vm, deadline));
    }

    private HostLink link(Location machine) {
        return cluster.host(machine.host()).link();
    }
}
