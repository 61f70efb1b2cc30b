package io.vmha.libvirt;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.libvirt.Directory.Location;
import io.vmha.libvirt.HostLink.Effect;
import io.vmha.model.CpuPlatform;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.libvirt.jna.virDomainJobInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.w3c.dom.Element;

/**
 * Moves running machines between hosts, peer to peer. Stateless but for the cluster that it works on; thread-safe.
 *
 * <p>What libvirt answers is not trusted when it is an error: both hosts are asked where the machine runs, and only what
 * they say decides whether it was moved, stayed, or is not known to be either.
 */
final class Migration {
    private static final Logger LOG = LoggerFactory.getLogger(Migration.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration MOST_FOR_ABORT = Duration.ofSeconds(2);

    private final Cluster cluster;
    private final Optional<Consumer<CopyProgress>> listener;
    private final boolean sharedStorage;
    private final SharedStorage storage = new SharedStorage();

    Migration(Cluster cluster, Optional<Consumer<CopyProgress>> listener, boolean sharedStorage) {
        this.cluster = cluster;
        this.listener = listener;
        this.sharedStorage = sharedStorage;
    }

    /** Where a machine was found to run after its migration failed. */
    private enum Whereabouts {
        SOURCE,
        TARGET,
        UNKNOWN
    }

    void migrate(VmId vm, HostId target, Deadline deadline) {
        ManagedHost to = cluster.host(target);
        cluster.onMachine(vm, deadline, machine -> {
            PowerState power = state(cluster.host(machine.host()), machine, deadline);
            if (power != PowerState.ON) {
                throw new AdapterException.Permanent(
                        Cause.REFUSED, "VM " + vm + " does not run: its power is " + power);
            }
            if (!machine.host().equals(target)) {
                migrate(machine, to, deadline);
            }
            return target;
        });
    }

    /** Refuses what cannot be migrated before anything is begun. */
    private static void requireMigratable(Location machine, ManagedHost from, ManagedHost to, Deadline deadline) {
        String running = from.link()
                .read("definition of " + machine.vm(), deadline, connection -> connection.runningXml(machine.uuid()));
        Element domain = SecureXml.parse(running).getDocumentElement();
        List<String> reasons = MigrationRules.refusals(domain);
        if (!reasons.isEmpty()) {
            throw new AdapterException.Permanent(
                    Cause.UNSUPPORTED,
                    "VM " + machine.vm() + " cannot be migrated live: " + String.join("; ", reasons));
        }
        Optional<CpuPlatform> here = from.domains().cpuPlatform();
        Optional<CpuPlatform> there = to.domains().cpuPlatform();
        if (MigrationRules.seesHostsCpu(domain) && here.isPresent() && there.isPresent() && !here.equals(there)) {
            throw new AdapterException.Permanent(
                    Cause.INCOMPATIBLE_CPU,
                    "VM " + machine.vm() + " sees its host's own CPU, " + here.get() + ", and host "
                            + to.settings().id() + " has another, " + there.get());
        }
    }

    private void migrate(Location machine, ManagedHost to, Deadline deadline) {
        HostId target = to.settings().id();
        if (destination(to.settings()).isEmpty()) {
            throw new AdapterException.Permanent(
                    Cause.UNSUPPORTED, "host " + target + " has no URI by which other hosts reach it");
        }
        ManagedHost from = cluster.host(machine.host());
        requireMigratable(machine, from, to, deadline);
        HostId unused = cluster.rooms()
                .with(target, machine.vm(), machine.entry().allocation(), deadline, () -> {
                    migrate(machine, from, to, deadline);
                    return target;
                });
    }

    /**
     * Migrates, with libvirt's check of the storage unless it is known better: libvirt knows few shared filesystems. Where
     * it takes one for a local one, and the user has said that the hosts share it, the hosts themselves are asked.
     */
    private void migrate(Location machine, ManagedHost from, ManagedHost to, Deadline deadline) {
        ImmutableSet<String> folders =
                SharedStorage.folders(machine.entry().description().xml());
        boolean proven = sharedStorage
                && storage.isProven(from.settings().id(), to.settings().id(), folders);
        try {
            attempt(machine, from, to, proven, deadline);
        } catch (AdapterException e) {
            if (proven || !sharedStorage || !isUnsafe(e)) {
                settle(machine, from, to, e, deadline);
            } else {
                requireShared(machine, from, to, folders, deadline.minus(abortMargin(deadline)));
                migrateUnchecked(machine, from, to, deadline);
            }
        }
        cluster.moved(machine, to.settings().id());
    }

    private void migrateUnchecked(Location machine, ManagedHost from, ManagedHost to, Deadline deadline) {
        try {
            attempt(machine, from, to, true, deadline);
        } catch (AdapterException e) {
            settle(machine, from, to, e, deadline);
        }
    }

    private static boolean isUnsafe(AdapterException e) {
        return e.getCause() instanceof NativeException refusal && refusal.is(LibvirtError.MIGRATE_UNSAFE);
    }

    private void requireShared(
            Location machine, ManagedHost from, ManagedHost to, ImmutableSet<String> folders, Deadline deadline) {
        storage.firstNotShared(from, to, folders, deadline).ifPresent(folder -> {
            throw new AdapterException.Permanent(
                    Cause.REFUSED,
                    "host " + to.settings().id() + " does not see what host "
                            + from.settings().id() + " writes into " + folder + ", so that VM " + machine.vm()
                            + " cannot be migrated there");
        });
    }

    private void attempt(
            Location machine, ManagedHost from, ManagedHost to, boolean uncheckedStorage, Deadline deadline) {
        URI destination = destination(to.settings()).orElseThrow();
        Deadline begunBy = deadline.minus(abortMargin(deadline));
        if (begunBy.hasPassed()) {
            throw new AdapterException.Transient(
                    Cause.TIMEOUT, "no time was left to begin the migration of " + machine.vm());
        }
        HostCall<Boolean> call = from.longCalls().begin("migrate " + machine.vm(), Effect.CHANGES, connection -> {
            connection.migrate(machine.uuid(), destination, uncheckedStorage);
            return true;
        });
        watch(machine, to.settings().id(), call, begunBy);
        Deadline over = deadline.minus(abortMargin(deadline).dividedBy(2));
        // A migration that has not got as far as to be a job yet cannot be aborted yet.
        while (!call.isOver() && !over.hasPassed() && !abort(from, machine, over)) {
            boolean unused = call.awaitOver(POLL);
        }
        boolean unused = from.longCalls().await(call, over);
    }

    static Optional<URI> destination(LibvirtHost host) {
        return host.migrationUri().or(() -> Optional.of(host.uri()).filter(uri -> uri.getHost() != null));
    }

    private static Duration abortMargin(Deadline deadline) {
        Duration quarter = deadline.length().dividedBy(4);
        return quarter.compareTo(MOST_FOR_ABORT) < 0 ? quarter : MOST_FOR_ABORT;
    }

    private void watch(Location machine, HostId target, HostCall<Boolean> call, Deadline until) {
        long begun = System.nanoTime();
        HostLink link = cluster.host(machine.host()).link();
        while (!call.awaitOver(POLL) && !until.hasPassed()) {
            cluster.requireOpen();
            if (listener.isEmpty()) {
                continue;
            }
            try {
                virDomainJobInfo job = link.read(
                        "progress of " + machine.vm(), until, connection -> connection.jobInfo(machine.uuid()));
                listener.get()
                        .accept(new CopyProgress(
                                machine.vm(),
                                machine.host(),
                                target,
                                Duration.ofNanos(System.nanoTime() - begun),
                                job.dataTotal,
                                job.dataProcessed,
                                job.dataRemaining));
            } catch (AdapterException e) {
                LOG.debug("no progress of VM {}: {}", machine.vm(), e.getMessage());
            }
        }
    }

    /** Whether a job of the machine was told to end. */
    private static boolean abort(ManagedHost from, Location machine, Deadline deadline) {
        try {
            return from.link().change("abort the migration of " + machine.vm(), deadline, connection -> {
                connection.abortJob(machine.uuid());
                return true;
            });
        } catch (AdapterException e) {
            LOG.warn("the migration of VM {} could not be aborted: {}", machine.vm(), e.getMessage());
            return false;
        }
    }

    /** Returns if the machine was moved all the same, and throws what is known otherwise. */
    private void settle(
            Location machine, ManagedHost from, ManagedHost to, AdapterException failure, Deadline deadline) {
        while (true) {
            switch (whereabouts(machine, from, to, deadline)) {
                case TARGET -> {
                    LOG.info("VM {} was moved although its migration failed: {}", machine.vm(), failure.getMessage());
                    return;
                }
                case SOURCE -> throw stayed(machine, failure);
                case UNKNOWN -> {
                    if (deadline.remaining().compareTo(POLL) <= 0) {
                        throw new AdapterException.OutcomeUnknown(
                                failure.reason(),
                                "it is not known where VM " + machine.vm() + " runs: " + failure.getMessage(),
                                failure);
                    }
                    cluster.pause(POLL);
                }
            }
        }
    }

    private static AdapterException stayed(Location machine, AdapterException failure) {
        String message = "VM " + machine.vm() + " stays on host " + machine.host() + ": " + failure.getMessage();
        return failure instanceof AdapterException.Permanent
                ? new AdapterException.Permanent(failure.reason(), message, failure)
                : new AdapterException.Transient(failure.reason(), message, failure);
    }

    private static Whereabouts whereabouts(Location machine, ManagedHost from, ManagedHost to, Deadline deadline) {
        Optional<PowerState> atSource = stateIfAnswered(from, machine, deadline);
        Optional<PowerState> atTarget = stateIfAnswered(to, machine, deadline);
        if (atSource.isEmpty() || atTarget.isEmpty()) {
            return Whereabouts.UNKNOWN;
        }
        boolean runsAtSource = atSource.get() == PowerState.ON;
        boolean runsAtTarget = atTarget.get() == PowerState.ON;
        // Suspended on either side, or running on neither, is a migration that is still being undone or finished.
        if (runsAtSource && atTarget.get() == PowerState.OFF) {
            return Whereabouts.SOURCE;
        }
        return runsAtTarget && atSource.get() == PowerState.OFF ? Whereabouts.TARGET : Whereabouts.UNKNOWN;
    }

    /** The state on that host, OFF where it is not defined there at all; empty if the host does not answer. */
    private static Optional<PowerState> stateIfAnswered(ManagedHost host, Location machine, Deadline deadline) {
        try {
            return Optional.of(state(host, machine, deadline));
        } catch (AdapterException e) {
            return e.reason() == Cause.UNKNOWN_SUBJECT ? Optional.of(PowerState.OFF) : Optional.empty();
        }
    }

    private static PowerState state(ManagedHost host, Location machine, Deadline deadline) {
        return host.link()
                .read(
                        "power state of " + machine.vm(),
                        deadline,
                        connection -> DomainStats.power(connection.state(machine.uuid())));
    }
}
