package io.vmha.libvirt;

import com.google.common.collect.Sets;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import io.vmha.fault.FaultKind;
import io.vmha.libvirt.Directory.Location;
import io.vmha.libvirt.GuestLook.Agent;
import io.vmha.libvirt.GuestReading.Usage;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.libvirt.jna.CString;
import org.libvirt.jna.LibvirtQemu;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the guests of all hosts, each host by a few threads of its own, so that agents that do not answer hold up neither
 * another host's guests nor a power-off. Thread-safe.
 *
 * <p>A probe first asks the hypervisor what the guest's devices and vCPUs did, then the guest's agent. A guest is not probed
 * again before some time has passed, by its {@link ProbePace}, so that a slow guest is not made slower.
 */
final class GuestProbes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuestProbes.class);
    private static final int THREADS = 4;
    /** How long libvirt waits for an agent that was silent before, whatever it was told. */
    private static final Duration SYNCHRONIZING = Duration.ofSeconds(5);

    private static final Duration SLACK = Duration.ofMillis(500);

    /** How full filesystems are is much to ask, and changes slowly. */
    private static final Duration BETWEEN_USAGES = Duration.ofSeconds(10);

    /** How many times within the probe interval it is looked which guests are due: one that rests is due when its rest ends. */
    static final int LOOKS = 4;

    /** How often a guest's counters are read until they are complete; the pauses are longer than what holds them up. */
    private static final int READINGS = 4;

    private static final Duration BETWEEN_READINGS = Duration.ofMillis(40);

    private final FaultWatch settings;
    private final Receiver receiver;
    private final Map<HostId, HostProbes> hosts = new ConcurrentHashMap<>();
    private final Map<UUID, Memory> memories = new ConcurrentHashMap<>();
    private final Set<UUID> underWay = Sets.newConcurrentHashSet();
    private final HangJudge judge;

    /** Takes what was found. */
    interface Receiver {
        void fault(HostId host, VmId vm, UUID domain, FaultKind kind);

        /** A guest's agent was heard from for the first time since it was started. */
        void heardFrom(VmId vm);
    }

    /** How full a guest's filesystems were, and when that was asked. */
    private record Usages(List<Usage> told, long askedNanos) {}

    /**
     * What is remembered of a guest from one probe to the next. Immutable.
     *
     * @param baseline what its filesystems were
     * @param means how its agent has files read
     * @param life what is known of whether it hangs
     * @param hasBeenRead whether its filesystems were read since it was started
     * @param usages how full its filesystems were, asked less often than it is probed
     * @param pace how long its answers took
     * @param notBeforeNanos when it may be probed again
     */
    private record Memory(
            GuestReading.Baseline baseline,
            GuestFiles.Means means,
            GuestLife life,
            boolean hasBeenRead,
            Optional<Usages> usages,
            ProbePace pace,
            long notBeforeNanos) {
        static Memory none() {
            return new Memory(
                    GuestReading.Baseline.NONE,
                    GuestFiles.Means.UNTRIED,
                    GuestLife.NEW,
                    false,
                    Optional.empty(),
                    ProbePace.NEW,
                    System.nanoTime());
        }

        Memory withLife(GuestLife changed) {
            return new Memory(baseline, means, changed, hasBeenRead, usages, pace, notBeforeNanos);
        }

        Memory notBefore(long nanos) {
            return new Memory(baseline, means, life, hasBeenRead, usages, pace, nanos);
        }

        Memory agentChanged() {
            return new Memory(
                    baseline,
                    GuestFiles.Means.UNTRIED,
                    life.afterAgentChanged(),
                    hasBeenRead,
                    Optional.empty(),
                    pace,
                    notBeforeNanos);
        }

        /** How full its filesystems are, where that was asked lately. */
        Optional<List<Usage>> usages(long nowNanos) {
            return usages.filter(known -> nowNanos - known.askedNanos < BETWEEN_USAGES.toNanos())
                    .map(Usages::told);
        }

        Memory read(GuestReading reading, GuestFiles.Means found, long begun, long ended) {
            ProbePace next = pace.after(ended - begun);
            return new Memory(
                    reading.baseline(baseline),
                    found,
                    life,
                    hasBeenRead || reading.filesystems().isPresent(),
                    usages(begun).isPresent() ? usages : Optional.of(new Usages(reading.usages(), begun)),
                    next,
                    Math.max(notBeforeNanos, ended + next.restNanos()));
        }
    }

    /** One host's threads, its hypervisor's pace, and when its guests were last due. */
    private static final class HostProbes {
        final ExecutorService threads;
        final HypervisorPace pace = new HypervisorPace();
        long dueNanos = System.nanoTime();

        HostProbes() {
            threads = Executors.newFixedThreadPool(
                    THREADS,
                    new ThreadFactoryBuilder()
                            .setDaemon(true)
                            .setNameFormat("vmha-libvirt-probe-%d")
                            .build());
        }

        /** Whether the watcher came on time, and when that was. */
        synchronized boolean isOnTime(Duration interval) {
            long now = System.nanoTime();
            boolean onTime =
                    now - dueNanos <= interval.multipliedBy(2).plus(SLACK).toNanos();
            dueNanos = now;
            return onTime;
        }
    }

    GuestProbes(FaultWatch settings, Receiver receiver) {
        this.settings = settings;
        this.receiver = receiver;
        this.judge = new HangJudge(settings.hungAtOnce());
    }

    /** Begins a probe of each running machine of a host that is due and not being probed still. */
    void probe(ManagedHost host, Directory directory) {
        HostProbes probes = hosts.computeIfAbsent(host.settings().id(), id -> new HostProbes());
        boolean onTime = probes.isOnTime(settings.probeInterval());
        long due = System.nanoTime();
        for (Location machine : directory.machinesOn(host.settings().id())) {
            UUID domain = machine.uuid();
            Memory memory = memories.get(domain);
            boolean rests = memory != null && due - memory.notBeforeNanos < 0;
            if (!machine.isOff() && !rests && underWay.add(domain)) {
                memories.compute(domain, (id, known) -> (known == null ? Memory.none() : known).notBefore(next(due)));
                try {
                    probes.threads.execute(() -> probe(host, probes, machine, onTime, due));
                } catch (RejectedExecutionException e) {
                    underWay.remove(domain);
                    return;
                }
            }
        }
    }

    /** When a guest that is probed now is due again; half a look earlier, since looks are not that punctual. */
    private long next(long nowNanos) {
        long interval = settings.probeInterval().toNanos();
        return nowNanos + interval - interval / (2 * LOOKS);
    }

    /** Forgets guests that are no more, or are off. */
    void retain(Directory directory) {
        Set<UUID> present = directory.machines().stream()
                .filter(machine -> !machine.isOff())
                .map(Location::uuid)
                .collect(Collectors.toSet());
        memories.keySet().retainAll(present);
        judge.retain(present);
    }

    /** Whether a guest's agent has answered since it was started. */
    boolean hasHeardFrom(UUID domain) {
        Memory memory = memories.get(domain);
        return memory != null && memory.life.hasAnswered();
    }

    /** Forgets a guest that was started anew. */
    void started(UUID domain) {
        memories.remove(domain);
        judge.forget(domain);
    }

    /** Begins anew with a guest whose agent came or went. */
    void agentChanged(UUID domain) {
        memories.computeIfPresent(domain, (id, memory) -> memory.agentChanged());
        judge.forget(domain);
    }

    private void probe(ManagedHost host, HostProbes probes, Location machine, boolean onTime, long due) {
        try {
            HostConnections.Lease lease = host.connections().lease();
            try {
                boolean prompt = onTime
                        && System.nanoTime() - due
                                <= settings.probeInterval().plus(SLACK).toNanos();
                probe(lease.connection(), probes, machine, prompt);
            } finally {
                lease.giveBack();
            }
        } catch (HostConnections.NotConnected e) {
            LOG.debug("host {} cannot be probed: {}", machine.host(), e.getMessage());
            judge.forget(machine.uuid());
        } catch (RuntimeException e) {
            LOG.warn("VM {} cannot be probed: {}", machine.vm(), e.getMessage());
        } finally {
            underWay.remove(machine.uuid());
        }
    }

    private void probe(NativeConnection connection, HostProbes probes, Location machine, boolean prompt) {
        UUID domain = machine.uuid();
        Memory memory = memories.computeIfAbsent(domain, id -> Memory.none());
        Counted read = counters(connection, domain);
        Optional<GuestCounters> counters = read.counters;
        boolean trusted = probes.pace.isQuick(read.tookNanos, read.atNanos) && prompt;
        boolean runs = counters.isPresent() && counters.get().state() == DomainStats.RUNNING;
        Agent agent = runs ? ask(connection, machine, memory) : Agent.UNKNOWN;
        GuestLook look = new GuestLook(read.atNanos, agent, counters, trusted);
        GuestLife life = memory.life.after(look, longestLook());
        // What was forgotten meanwhile, since the guest was started anew, stays forgotten.
        Memory kept =
                memories.computeIfPresent(domain, (id, now) -> now.life.equals(memory.life) ? now.withLife(life) : now);
        if (kept != null && kept.life.equals(life)) {
            if (life.hasAnswered() && !memory.life.hasAnswered()) {
                receiver.heardFrom(machine.vm());
            }
            judge(machine, life);
        }
    }

    private void judge(Location machine, GuestLife life) {
        UUID domain = machine.uuid();
        boolean hung = life.isHung(settings.silentProbes(), settings.hungAfter());
        if (life.silences() > 0) {
            LOG.debug("VM {} is silent: {}", machine.vm(), life);
        }
        if (judge.mayReport(domain, life.hasAnswered(), life.isSuspect(), hung)) {
            receiver.fault(machine.host(), machine.vm(), domain, FaultKind.GUEST_HUNG);
        }
    }

    /** A look that came late says nothing of the time that nobody looked. */
    private Duration longestLook() {
        Duration silence =
                settings.probeTimeout().compareTo(SYNCHRONIZING) < 0 ? SYNCHRONIZING : settings.probeTimeout();
        return settings.probeInterval().plus(silence).multipliedBy(2);
    }

    /** What was counted, if it was told, when, and how long the hypervisor took for it. */
    private record Counted(Optional<GuestCounters> counters, long atNanos, long tookNanos) {}

    /**
     * Reads a guest's counters. Another reading of the same guest at the same moment makes this one incomplete; where both come at
     * regular intervals, that may be so every time, so it is read again at once.
     */
    private static Counted counters(NativeConnection connection, UUID domain) {
        Counted read = readCounters(connection, domain);
        for (int i = 1; i < READINGS && isIncomplete(read); i++) {
            Uninterruptibles.sleepUninterruptibly(BETWEEN_READINGS);
            read = readCounters(connection, domain);
        }
        return read;
    }

    private static boolean isIncomplete(Counted read) {
        return read.counters.map(counters -> counters.use().isEmpty()).orElse(false);
    }

    private static Counted readCounters(NativeConnection connection, UUID domain) {
        long begun = System.nanoTime();
        Optional<GuestCounters> counters = Optional.empty();
        try {
            counters = Optional.of(connection.counters(domain));
        } catch (NativeException e) {
            LOG.debug("no counters of domain {}: {}", domain, e.getMessage());
        }
        long now = System.nanoTime();
        return new Counted(counters, now, now - begun);
    }

    /** Asks the agent about the filesystems, reports what is wrong with them, and tells whether it answered. */
    private Agent ask(NativeConnection connection, Location machine, Memory memory) {
        UUID domain = machine.uuid();
        long begun = System.nanoTime();
        AgentSession session = new AgentSession(
                question -> ask(connection, domain, question),
                settings.probeTimeout().multipliedBy(2));
        GuestFiles files = new GuestFiles(session, memory.means, Uninterruptibles::sleepUninterruptibly);
        try {
            GuestReading reading = new GuestAgent(session, files).read(!memory.hasBeenRead, memory.usages(begun));
            long ended = System.nanoTime();
            LOG.trace("VM {} answered {} questions within {} ns", machine.vm(), session.answers(), ended - begun);
            for (FaultKind kind : faults(reading, memory.baseline)) {
                receiver.fault(machine.host(), machine.vm(), domain, kind);
            }
            memories.computeIfPresent(domain, (id, now) -> now.read(reading, files.means(), begun, ended));
            return session.answers() > 0 ? Agent.ANSWERED : Agent.UNKNOWN;
        } catch (NativeException e) {
            LOG.debug("VM {} cannot be probed: {}", machine.vm(), e.getMessage());
            // An agent that is not there is told at once; one that hangs takes all the time that it is given.
            boolean waited = System.nanoTime() - begun
                    >= settings.probeTimeout().dividedBy(2).toNanos();
            return AgentSession.isSilence(e) && waited ? Agent.SILENT : Agent.UNKNOWN;
        }
    }

    private String ask(NativeConnection connection, UUID domain, String question) {
        CString[] answer = new CString[1];
        int seconds = (int) settings.probeTimeout().toSeconds();
        connection.call(domain, found -> {
            answer[0] = LibvirtQemu.INSTANCE.virDomainQemuAgentCommand(found, question, seconds, 0);
            return answer[0] == null ? -1 : 0;
        });
        return answer[0].toString();
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

    @Override
    public void close() {
        hosts.values().forEach(host -> host.threads.shutdownNow());
    }
}
