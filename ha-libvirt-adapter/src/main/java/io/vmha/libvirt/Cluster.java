package io.vmha.libvirt;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.libvirt.Directory.Location;
import io.vmha.libvirt.HostLink.Effect;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All hosts of an adapter, and which machine is on which of them. Thread-safe. */
final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final ImmutableMap<HostId, ManagedHost> hosts;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Directory directory = Directory.EMPTY;

    /** What all hosts answered, and why those did not that did not. */
    private record Reading(Map<HostId, HostSnapshot> answers, Map<HostId, RuntimeException> failures) {}

    Cluster(
            ImmutableMap<HostId, LibvirtHost> hosts,
            VmClassifier classifier,
            int keepAliveSeconds,
            int keepAliveCount) {
        this.hosts = ImmutableMap.copyOf(Maps.transformValues(
                hosts, host -> new ManagedHost(host, classifier, keepAliveSeconds, keepAliveCount)));
    }

    boolean isReadOnly() {
        return hosts.values().stream().allMatch(host -> host.settings().readOnly());
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

    /** Reads all hosts at once; what does not answer by then is in the result as unreachable. */
    Inventory discover(Deadline deadline) {
        Reading reading = readAll(deadline);
        if (reading.answers.isEmpty()) {
            throw reading.failures.values().iterator().next();
        }
        reading.failures.forEach(
                (host, failure) -> LOG.warn("host {} does not answer: {}", host, failure.getMessage()));
        return InventoryBuilder.build(hosts.values(), directory, reading.failures.keySet());
    }

    /**
     * Returns where a machine is, reading all hosts if it is not known.
     *
     * @throws AdapterException if it is unknown, or not known to hosts that answer while others do not
     */
    Location locate(VmId vm, Deadline deadline) {
        Optional<Location> known = directory.find(vm);
        return known.isPresent() ? known.get() : locateAnew(vm, deadline);
    }

    /** Returns where a machine is, by reading all hosts. */
    Location locateAnew(VmId vm, Deadline deadline) {
        Reading reading = readAll(deadline);
        Optional<Location> found = directory.find(vm);
        if (found.isPresent()) {
            return found.get();
        }
        if (reading.failures.isEmpty()) {
            throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such VM: " + vm);
        }
        throw new AdapterException.Transient(
                Cause.UNREACHABLE,
                "VM " + vm + " is not on a host that answers; no answer from " + reading.failures.keySet(),
                reading.failures.values().iterator().next());
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
        hosts.values().forEach(ManagedHost::close);
    }
}
