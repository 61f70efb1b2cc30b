package io.vmha.libvirt;

import com.google.common.collect.Sets;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.vmha.fault.FaultKind;
import io.vmha.libvirt.Directory.Location;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the guests of all hosts, each host by a few threads of its own, so that agents that do not answer hold up neither
 * another host's guests nor a power-off. Thread-safe.
 */
final class GuestProbes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuestProbes.class);
    private static final int THREADS = 4;

    private final FaultWatch settings;
    private final Receiver receiver;
    private final Map<HostId, ExecutorService> threads = new ConcurrentHashMap<>();
    private final Map<UUID, Memory> memories = new ConcurrentHashMap<>();
    private final Set<UUID> underWay = Sets.newConcurrentHashSet();

    /** Takes what was found. */
    interface Receiver {
        void fault(HostId host, VmId vm, UUID domain, FaultKind kind);
    }

    /** What is remembered of a guest from one probe to the next. Immutable. */
    private record Memory(GuestReading.Baseline baseline, boolean hasAnswered, int silences) {
        static final Memory NONE = new Memory(GuestReading.Baseline.NONE, false, 0);

        Memory answered(GuestReading reading) {
            return new Memory(reading.baseline(baseline), true, 0);
        }

        Memory silent() {
            return new Memory(baseline, hasAnswered, silences + 1);
        }
    }

    GuestProbes(FaultWatch settings, Receiver receiver) {
        this.settings = settings;
        this.receiver = receiver;
    }

    /** Begins a probe of each running machine of a host that is not being probed still. */
    void probe(ManagedHost host, Directory directory) {
        for (Location machine : directory.machinesOn(host.settings().id())) {
            if (!machine.isOff() && underWay.add(machine.uuid())) {
                try {
                    threadsOf(host).execute(() -> probe(host, machine));
                } catch (RejectedExecutionException e) {
                    underWay.remove(machine.uuid());
                    return;
                }
            }
        }
    }

    /** Whether a guest's agent has answered since it was started. */
    boolean hasHeardFrom(UUID domain) {
        return memories.getOrDefault(domain, Memory.NONE).hasAnswered;
    }

    /** Forgets a guest that was started anew. */
    void started(UUID domain) {
        memories.remove(domain);
    }

    private void probe(ManagedHost host, Location machine) {
        try {
            HostConnections.Lease lease = host.connections().lease();
            try {
                probe(lease.connection(), machine);
            } finally {
                lease.giveBack();
            }
        } catch (HostConnections.NotConnected e) {
            LOG.debug("host {} cannot be probed: {}", machine.host(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("VM {} cannot be probed: {}", machine.vm(), e.getMessage());
        } finally {
            underWay.remove(machine.uuid());
        }
    }

    private void probe(NativeConnection connection, Location machine) {
        UUID domain = machine.uuid();
        Memory memory = memories.getOrDefault(domain, Memory.NONE);
        try {
            GuestReading reading = new GuestAgent(
                            connection, domain, (int) settings.probeTimeout().toSeconds())
                    .read(!memory.hasAnswered);
            for (FaultKind kind : faults(reading, memory.baseline)) {
                receiver.fault(machine.host(), machine.vm(), domain, kind);
            }
            memories.put(domain, memory.answered(reading));
        } catch (NativeException e) {
            if (!GuestAgent.isSilence(e)) {
                LOG.debug("VM {} cannot be probed: {}", machine.vm(), e.getMessage());
                return;
            }
            Memory after = memory.silent();
            memories.put(domain, after);
            if (after.hasAnswered && after.silences == settings.silentProbes()) {
                receiver.fault(machine.host(), machine.vm(), domain, FaultKind.GUEST_HUNG);
            }
        }
    }

    private Set<FaultKind> faults(GuestReading reading, GuestReading.Baseline before) {
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        if (reading.flippedReadOnly(before).isPresent()) {
            kinds.add(FaultKind.FILESYSTEM_READ_ONLY);
        }
        if (reading.erred(before).isPresent()) {
            kinds.add(FaultKind.IO_ERROR);
        }
        if (settings.fullFraction().flatMap(reading::full).isPresent()) {
            kinds.add(FaultKind.DISK_FULL);
        }
        return kinds;
    }

    private ExecutorService threadsOf(ManagedHost host) {
        return threads.computeIfAbsent(
                host.settings().id(),
                id -> Executors.newFixedThreadPool(
                        THREADS,
                        new ThreadFactoryBuilder()
                                .setDaemon(true)
                                .setNameFormat("vmha-libvirt-probe-%d")
                                .build()));
    }

    @Override
    public void close() {
        threads.values().forEach(ExecutorService::shutdownNow);
    }
}
