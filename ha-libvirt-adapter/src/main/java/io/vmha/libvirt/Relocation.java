package io.vmha.libvirt;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.libvirt.Directory.Location;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts machines that are off on another host than they are registered on. Stateless but for the cluster that it works on;
 * thread-safe.
 *
 * <p>A host that does not answer cannot be asked whether the machine is off: whoever asks for the start has had it
 * fenced. Should it run all the same, the lease or lock on its disks refuses the start.
 */
final class Relocation {
    private static final Logger LOG = LoggerFactory.getLogger(Relocation.class);

    private final Cluster cluster;

    Relocation(Cluster cluster) {
        this.cluster = cluster;
    }

    void startOn(Location machine, HostId target, Deadline deadline) {
        boolean answers = requireOff(machine, target, deadline);
        PowerState unused = PowerControl.inItsTurn(
                cluster,
                machine,
                target,
                deadline,
                () -> cluster.host(target).link().change("power on " + machine.vm(), deadline, connection -> {
                    defineAndStart(connection, machine);
                    cluster.weights().lower(connection, machine.vm(), machine.uuid());
                    return PowerState.ON;
                }));
        cluster.superseded(machine);
        if (answers) {
            forgetAtSource(machine, deadline);
            cluster.refresh(deadline, machine.host());
        }
        cluster.refresh(deadline, target);
    }

    /** Refuses a machine that runs where it is; false if nobody answers there. */
    private boolean requireOff(Location machine, HostId target, Deadline deadline) {
        PowerState power;
        try {
            Duration third = deadline.remaining().dividedBy(3);
            power = cluster.host(machine.host())
                    .link()
                    .read(
                            "power state of " + machine.vm(),
                            Deadline.in(third),
                            connection -> DomainStats.power(connection.state(machine.uuid())));
        } catch (AdapterException.Transient e) {
            LOG.warn(
                    "host {} does not answer; VM {} is started on host {} as its own is taken to be fenced: {}",
                    machine.host(),
                    machine.vm(),
                    target,
                    e.getMessage());
            return false;
        }
        if (power != PowerState.OFF) {
            throw new AdapterException.Permanent(
                    Cause.IN_USE, "VM " + machine.vm() + " is " + power + " on host " + machine.host());
        }
        return true;
    }

    private static void defineAndStart(NativeConnection connection, Location machine) {
        UUID domain = connection.define(machine.entry().description().xml());
        try {
            PowerControl.start(connection, domain);
        } catch (NativeException e) {
            connection.undefine(domain, machine.entry().description().hasTpm());
            throw e;
        }
    }

    private void forgetAtSource(Location machine, Deadline deadline) {
        try {
            cluster.host(machine.host()).link().change("unregister " + machine.vm(), deadline, connection -> {
                connection.undefine(
                        machine.uuid(), machine.entry().description().hasTpm());
                return true;
            });
        } catch (AdapterException e) {
            LOG.warn("VM {} stays registered on host {} too, where it is off", machine.vm(), machine.host(), e);
        }
    }
}
