package io.vmha.libvirt;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.vmha.adapter.AdapterException;
import io.vmha.libvirt.Directory.Location;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives machines that were just started a low CPU and I/O weight until they serve. Thread-safe.
 *
 * <p>The weights are those of the running domain alone: its definition stays as it is, so that a start by anybody else gives
 * it its own again. A host that cannot weigh, as without control groups, is left alone.
 */
final class StartWeights implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StartWeights.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final StartLimits limits;
    private final Map<VmId, Usual> lowered = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
            .setDaemon(true)
            .setNameFormat("vmha-libvirt-weights")
            .build());

    /**
     * The weights that a running domain had.
     *
     * @param domain the domain
     * @param cpu its CPU shares; absent where they were not lowered
     * @param io its I/O weight; absent where it was not lowered
     */
    private record Usual(UUID domain, OptionalLong cpu, OptionalLong io) {}

    StartWeights(Cluster cluster, StartLimits limits) {
        this.cluster = cluster;
        this.limits = limits;
    }

    /** Lowers the weights of a machine that was just started, on the connection that started it; never fails. */
    void lower(NativeConnection connection, VmId vm, UUID domain) {
        if (limits.weightPercent() == 100) {
            return;
        }
        Usual usual = new Usual(domain, lower(connection, domain, Weight.CPU), lower(connection, domain, Weight.IO));
        if (usual.cpu.isEmpty() && usual.io.isEmpty()) {
            return;
        }
        lowered.put(vm, usual);
        try {
            var unused = timer.schedule(
                    () -> {
                        if (lowered.containsValue(usual)) {
                            LOG.info("nobody told that VM {} serves; it gets its own weights now", vm);
                            endByItself(vm);
                        }
                    },
                    limits.weightTime().toNanos(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("VM {} was started when the adapter was closed", vm);
        }
    }

    private void endByItself(VmId vm) {
        try {
            serves(vm, Deadline.in(PATIENCE));
        } catch (AdapterException e) {
            lowered.remove(vm);
            LOG.warn("VM {} does not get its own weights before its next start: {}", vm, e.getMessage());
        }
    }

    private OptionalLong lower(NativeConnection connection, UUID domain, Weight weight) {
        try {
            OptionalLong usual = connection.weight(domain, weight);
            if (usual.isEmpty()) {
                return usual;
            }
            long low = Math.max(weight.least(), usual.getAsLong() * limits.weightPercent() / 100);
            connection.setWeight(domain, weight, low);
            return usual;
        } catch (NativeException e) {
            LOG.debug("the {} of domain {} cannot be lowered: {}", weight, domain, e.getMessage());
            return OptionalLong.empty();
        }
    }

    /**
     * Gives a machine its own weights again; a machine that has them is left alone.
     *
     * @throws AdapterException if it could not be done; then they are still to be given
     */
    void serves(VmId vm, Deadline deadline) {
        Usual usual = lowered.get(vm);
        if (usual == null) {
            return;
        }
        Location machine = cluster.locate(vm, deadline);
        if (!machine.uuid().equals(usual.domain)) {
            // What was started is lost with its host, or was replaced.
            lowered.remove(vm, usual);
            return;
        }
        boolean unused = cluster.host(machine.host()).link().change("weigh " + vm, deadline, connection -> {
            usual.cpu.ifPresent(cpu -> connection.setWeight(usual.domain, Weight.CPU, cpu));
            usual.io.ifPresent(io -> connection.setWeight(usual.domain, Weight.IO, io));
            return true;
        });
        lowered.remove(vm, usual);
    }

    /** Forgets a machine that is off. */
    void forget(VmId vm) {
        lowered.remove(vm);
    }

    /** Ends the timer; machines that have not their own weights yet get them with their next start. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
