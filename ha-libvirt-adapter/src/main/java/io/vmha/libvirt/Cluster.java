package io.vmha.libvirt;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.libvirt.Directory.Location;
import io.vmha.libvirt.HostLink.Effect;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All hosts of an adapter, and which machine is on which of them. Thread-safe. */
final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private static final Duration STALE_WAIT = Duration.ofMillis(500);

    private final ImmutableMap<HostId, ManagedHost> hosts;
    private final boolean microcodeMayDiffer;
    private final Rooms rooms;
    private final StartQueue starts;
    private final StartWeights weights;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<UUID> stopping = Sets.newConcurrentHashSet();
    private volatile Directory directory = Directory.EMPTY;

    /** What all hosts answered, and why those did not that did not. */
    private record Reading(Map<HostId, HostSnapshot> answers, Map<HostId, RuntimeException> failures) {}

    Cluster(
            ImmutableMap<HostId, LibvirtHost> hosts,
            DomainClassifier classifier,
            ManagedHost.KeepAlive keepAlive,
            boolean microcodeMayDiffer,
            StartLimits limits) {
        this.microcodeMayDiffer = microcodeMayDiffer;
        this.rooms = new Rooms(this);
        this.starts = new StartQueue(limits, System::nanoTime);
        this.weights = new StartWeights(this, limits);
        this.hosts =
                ImmutableMap.copyOf(Maps.transformValues(hosts, host -> new ManagedHost(host, classifier, keepAlive)));
    }

    /**
     * Returns the host of that name.
     *
     * @throws AdapterException if there is none
     */
    ManagedHost host(HostId id) {
        ManagedHost host = hosts.get(id);
        if (host == null) {
            throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such host: " + id);
        }
        return host;
    }

    /**
     * Reads all hosts at once; what does not answer by then is in the result as unreachable. A host on which a running domain cannot be
     * told is up and not said to have answered, so that nobody takes a machine for gone that is that domain.
     */
    PlatformSnapshot discover(Deadline deadline) {
        Reading reading = readAll(deadline);
        if (reading.answers.isEmpty()) {
            throw reading.failures.values().iterator().next();
        }
        reading.failures.forEach(
                (host, failure) -> LOG.warn("host {} does not answer: {}", host, failure.getMessage()));
        Directory found = directory;
        PlatformSnapshot all = PlatformSnapshot.of(
                InventoryBuilder.build(hosts.values(), found, reading.failures.keySet(), microcodeMayDiffer));
        // Nothing is said to be absent from a host on which something may be any machine.
        return new PlatformSnapshot(all.hosts(), all.vms(), Sets.difference(all.answered(), found.mayHideAMachine()));
    }

    /**
     * Returns where a machine is, reading all hosts if it is not known.
     *
     * @throws AdapterException if it is unknown, or not known to hosts that answer while others do not
     */
    Location locate(VmId vm, Deadline deadline) {
        refreshStale(deadline);
        Optional<Location> known = directory.find(vm);
        return known.isPresent() ? known.get() : locateAnew(vm, deadline);
    }

    /**
     * Returns where a machine is, if there is such a machine, reading all hosts if it is not known.
     *
     * @throws AdapterException if it is not known to hosts that answer while others do not
     */
    Optional<Location> find(VmId vm, Deadline deadline) {
        try {
            return Optional.of(locate(vm, deadline));
        } catch (AdapterException.Permanent e) {
            return Optional.empty();
        }
    }

    /**
     * Returns where a machine is as far as hosts answer, for whoever knows that it is off where they do not: what a host that is down had
     * is not known to an adapter that was started since.
     *
     * @throws AdapterException if no host answers, or something on a host may be that machine
     */
    Optional<Location> findWhereHostsAnswer(VmId vm, Deadline deadline) {
        refreshStale(deadline);
        Optional<Location> known = directory.find(vm);
        if (known.isPresent()) {
            return known;
        }
        Reading reading = readAll(deadline);
        if (reading.answers.isEmpty()) {
            throw reading.failures.values().iterator().next();
        }
        Optional<Location> found = directory.find(vm);
        if (found.isEmpty()) {
            requireNothingHidden(vm);
            reading.failures.forEach((host, failure) -> LOG.warn(
                    "VM {} is on no host that answers; what host {} has of it is not known: {}",
                    vm,
                    host,
                    failure.getMessage()));
        }
        return found;
    }

    private void requireNothingHidden(VmId vm) {
        Set<HostId> hiding = directory.mayHideAMachine();
        if (!hiding.isEmpty()) {
            throw new AdapterException.Transient(
                    Cause.UNREACHABLE,
                    "VM " + vm + " is not seen, but may be one whose definition cannot be read, on " + hiding);
        }
    }

    /**
     * The hosts that a template is defined on, reading all hosts if none is known; none if no host has it.
     *
     * @throws AdapterException if no host that answers has it and others do not answer
     */
    ImmutableSortedMap<HostId, HostSnapshot.Entry> templates(TemplateId template, Deadline deadline) {
        var known = directory.templates(template);
        if (!known.isEmpty()) {
            return known;
        }
        Reading reading = readAll(Deadline.in(deadline.remaining().dividedBy(2)));
        var found = directory.templates(template);
        if (found.isEmpty() && !reading.failures.isEmpty()) {
            throw new AdapterException.Transient(
                    Cause.UNREACHABLE,
                    "template " + template + " is on no host that answers; no answer from " + reading.failures.keySet(),
                    reading.failures.values().iterator().next());
        }
        return found;
    }

    /** Returns where a machine is, by reading all hosts. */
    Location locateAnew(VmId vm, Deadline deadline) {
        Reading reading = readAll(deadline);
        Optional<Location> found = directory.find(vm);
        if (found.isPresent()) {
            return found.get();
        }
        requireNothingHidden(vm);
        if (reading.failures.isEmpty()) {
            throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such VM: " + vm);
        }
        throw new AdapterException.Transient(
                Cause.UNREACHABLE,
                "VM " + vm + " is not on a host that answers; no answer from " + reading.failures.keySet(),
                reading.failures.values().iterator().next());
    }

    /**
     * Reads where a machine is and what it has. A machine that runs where it was last seen runs nowhere else, so that this
     * one host tells; otherwise all are read.
     *
     * @throws AdapterException if it is unknown, or its host does not answer
     */
    Location readAnew(VmId vm, Deadline deadline) {
        return directory
                .find(vm)
                .filter(seen -> !seen.isOff())
                .flatMap(seen ->
                        readRunning(seen, Deadline.in(deadline.remaining().dividedBy(2))))
                .orElseGet(() -> readEverywhere(vm, deadline));
    }

    private Optional<Location> readRunning(Location seen, Deadline deadline) {
        try {
            read(host(seen.host()), deadline);
        } catch (AdapterException e) {
            LOG.debug("host {} does not answer; {} may have moved", seen.host(), seen.vm(), e);
            return Optional.empty();
        }
        return directory.find(seen.vm()).filter(now -> now.host().equals(seen.host()) && !now.isOff());
    }

    private Location readEverywhere(VmId vm, Deadline deadline) {
        Reading reading = readAll(deadline);
        Location found = directory.find(vm).orElseGet(() -> locateAnew(vm, deadline));
        RuntimeException failure = reading.failures.get(found.host());
        if (failure != null) {
            throw new AdapterException.Transient(
                    Cause.UNREACHABLE, "host " + found.host() + " of " + vm + " does not answer", failure);
        }
        return found;
    }

    /** Does something with a machine where it was last seen, and once more where it is now if it is not there. */
    <T> T onMachine(VmId vm, Deadline deadline, Function<Location, T> action) {
        try {
            return action.apply(locate(vm, deadline));
        } catch (AdapterException e) {
            if (e.reason() != Cause.UNKNOWN_SUBJECT) {
                throw e;
            }
        }
        return action.apply(locateAnew(vm, deadline));
    }

    /** Reads a host and remembers what it answered. */
    void read(ManagedHost host, Deadline deadline) {
        HostSnapshot answer =
                host.link().read("read", deadline, connection -> host.domains().read(connection));
        remember(Map.of(host.settings().id(), answer));
    }

    /** Reads again the hosts that told that domains came or went; one that does not answer is not waited for long. */
    private void refreshStale(Deadline deadline) {
        Duration quarter = deadline.remaining().dividedBy(4);
        Deadline brief = Deadline.in(quarter.compareTo(STALE_WAIT) < 0 ? quarter : STALE_WAIT);
        for (ManagedHost host : hosts.values()) {
            if (host.isConnected() && host.takeStale()) {
                refresh(brief, host.settings().id());
            }
        }
    }

    /** Notes that a domain is being stopped on purpose, until {@link #starting}. */
    void stopping(UUID domain) {
        stopping.add(domain);
    }

    /** Whether a domain is being stopped, or was just stopped, on purpose. */
    boolean isStopping(UUID domain) {
        return stopping.contains(domain);
    }

    /** Notes that a domain was started, so that its next stop is on purpose only if that is noted again. */
    void starting(UUID domain) {
        stopping.remove(domain);
    }

    /** Reads some hosts again, as far as they answer by the deadline. */
    void refresh(Deadline deadline, HostId... ids) {
        for (HostId id : ids) {
            try {
                read(host(id), deadline);
            } catch (AdapterException e) {
                LOG.warn("host {} does not answer: {}", id, e.getMessage());
            }
        }
    }

    /** What refuses to take hosts past their capacities. */
    Rooms rooms() {
        return rooms;
    }

    /** What lets only so many machines be started at once. */
    StartQueue starts() {
        return starts;
    }

    /** What gives machines a low weight until they serve. */
    StartWeights weights() {
        return weights;
    }

    /** Ends what is done for a machine that boots: its guest was heard from. */
    void booted(VmId vm) {
        starts.settled(vm);
    }

    /** Remembers that a machine runs, until its host tells more. */
    synchronized void started(Location machine) {
        directory = directory.with(machine, entry -> entry.withState(DomainStats.RUNNING));
    }

    /** Remembers that a machine is off, and ends what was done for it while it booted. */
    void stopped(Location machine) {
        superseded(machine);
        starts.settled(machine.vm());
        weights.forget(machine.vm());
    }

    /** Remembers what a machine was just allocated. */
    synchronized void reallocated(Location machine, Resources allocation) {
        directory = directory.with(machine, entry -> entry.withAllocation(allocation));
    }

    /** Remembers that a machine runs on another host now. */
    synchronized void moved(Location machine, HostId target) {
        directory = directory.moved(machine, target);
    }

    /** Remembers that a machine is another domain now, wherever its host left the old one; until the host tells more. */
    synchronized void superseded(Location machine) {
        directory = directory.with(machine, entry -> entry.withState(DomainStats.SHUT_OFF));
    }

    Directory directory() {
        return directory;
    }

    Collection<ManagedHost> hosts() {
        return hosts.values();
    }

    private Reading readAll(Deadline deadline) {
        Map<HostId, HostCall<HostSnapshot>> calls = new LinkedHashMap<>();
        Reading reading = new Reading(new LinkedHashMap<>(), new LinkedHashMap<>());
        hosts.forEach((id, host) -> calls.put(
                id,
                host.link()
                        .begin(
                                "discover",
                                Effect.NONE,
                                connection -> host.domains().read(connection))));
        Deadline answerBy = deadline.minus(margin(deadline));
        calls.forEach((id, call) -> {
            try {
                reading.answers.put(id, host(id).link().await(call, answerBy));
            } catch (AdapterException e) {
                reading.failures.put(id, e);
            }
        });
        remember(reading.answers);
        return reading;
    }

    private synchronized void remember(Map<HostId, HostSnapshot> answers) {
        directory = directory.with(answers);
    }

    /** What is kept of a deadline for putting the answers together. */
    private static Duration margin(Deadline deadline) {
        Duration tenth = deadline.length().dividedBy(10);
        Duration most = Duration.ofMillis(200);
        return tenth.compareTo(most) < 0 ? tenth : most;
    }

    /** Whether the adapter was not closed yet. */
    boolean isOpen() {
        return closed.getCount() > 0;
    }

    /** Ends a call of which the adapter was closed meanwhile. */
    void requireOpen() {
        pause(Duration.ZERO);
    }

    /** Waits that long, or until the adapter is closed or the thread interrupted, which ends the call. */
    void pause(Duration length) {
        try {
            if (closed.await(length.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AdapterException.OutcomeUnknown(Cause.UNREACHABLE, "the adapter was closed during the call");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdapterException.OutcomeUnknown(Cause.TIMEOUT, "the waiting thread was interrupted", e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        starts.close();
        weights.close();
        hosts.values().forEach(ManagedHost::close);
    }
}
