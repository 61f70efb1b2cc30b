package io.vmha.libvirt;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.libvirt.Directory.Location;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;

/** Reads and changes the power of machines. Stateless but for the cluster that it works on; thread-safe. */
final class PowerControl {
    private static final Duration POLL = Duration.ofMillis(20);

    private final Cluster cluster;
    private final Relocation relocation;

    PowerControl(Cluster cluster, Relocation relocation) {
        this.cluster = cluster;
        this.relocation = relocation;
    }

    PowerState state(VmId vm, Deadline deadline) {
        return cluster.onMachine(vm, deadline, machine -> state(machine, deadline));
    }

    /** Asks the guest first if it is given time, then powers the domain off hard, and returns when it is off. */
    void off(VmId vm, Duration grace, Deadline deadline) {
        cluster.onMachine(vm, deadline, machine -> {
            PowerState before = state(machine, deadline);
            if (before == PowerState.OFF) {
                cluster.stopped(machine);
                return before;
            }
            cluster.stopping(machine.uuid());
            boolean shutDown = before == PowerState.ON && !grace.isZero() && shutDown(machine, grace, deadline);
            PowerState after = shutDown ? PowerState.OFF : destroy(machine, deadline);
            cluster.stopped(machine);
            return after;
        });
    }

    /** Powers it on where it is, or has it registered where it is wanted if it is off. */
    void on(VmId vm, HostId host, Deadline deadline) {
        cluster.host(host);
        cluster.onMachine(vm, deadline, machine -> {
            if (machine.host().equals(host)) {
                onWhereItIs(machine, deadline);
            } else {
                relocation.startOn(machine, host, deadline);
            }
            return host;
        });
    }

    private void onWhereItIs(Location machine, Deadline deadline) {
        switch (state(machine, deadline)) {
            case ON -> {
                return;
            }
            case OFF -> {
                PowerState unused = inItsTurn(cluster, machine, machine.host(), deadline, () -> {
                    cluster.starting(machine.uuid());
                    PowerState on = link(machine).change("power on " + machine.vm(), deadline, connection -> {
                        start(connection, machine.uuid());
                        cluster.weights().lower(connection, machine.vm(), machine.uuid());
                        return PowerState.ON;
                    });
                    cluster.started(machine);
                    return on;
                });
            }
            case SUSPENDED ->
                link(machine).change("resume " + machine.vm(), deadline, connection -> {
                    wake(connection, machine);
                    return PowerState.ON;
                });
            case UNKNOWN ->
                throw new AdapterException.Transient(
                        Cause.BUSY, "VM " + machine.vm() + " is in no state that it could be powered on from");
        }
    }

    /** Starts a machine on a host when its turn has come, if it has room there. */
    static PowerState inItsTurn(
            Cluster cluster, Location machine, HostId host, Deadline deadline, Supplier<PowerState> start) {
        return cluster.starts()
                .run(
                        host,
                        machine.vm(),
                        SharedStorage.folders(machine.entry().description().xml()),
                        true,
                        deadline,
                        () -> cluster.rooms()
                                .with(host, machine.vm(), machine.entry().allocation(), deadline, () -> {
                                    cluster.host(host)
                                            .domains()
                                            .starting(
                                                    machine.uuid(),
                                                    machine.entry()
                                                            .description()
                                                            .memoryKiB());
                                    return start.get();
                                }));
    }

    /** Starts a domain; that somebody else just did so is as good. */
    static void start(NativeConnection connection, UUID domain) {
        try {
            connection.start(domain);
        } catch (NativeException e) {
            if (!e.is(LibvirtError.OPERATION_INVALID) || DomainStats.power(connection.state(domain)) != PowerState.ON) {
                throw e;
            }
        }
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

    private HostLink link(Location machine) {
        return cluster.host(machine.host()).link();
    }
}
