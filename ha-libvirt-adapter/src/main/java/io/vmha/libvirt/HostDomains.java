package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.internal.PeerText;
import io.vmha.libvirt.HostSnapshot.Entry;
import io.vmha.model.CpuPlatform;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.virDomainInfo;

/**
 * Reads all domains of one host in a number of calls that does not grow with the domains. Thread-safe.
 *
 * <p>One call tells the state and use of them all. What their definitions say is read once for each domain and kept until
 * an event says that it changed; a new connection, which may have missed events, begins anew.
 */
final class HostDomains {
    private static final double NANOS_PER_SECOND = 1e9;

    private final LibvirtHost host;
    private final DomainClassifier classifier;
    private final Definitions definitions;
    private final Map<UUID, DomainDescription> descriptions = new ConcurrentHashMap<>();
    private final Set<UUID> changed = Sets.newConcurrentHashSet();
    private final Map<UUID, CpuSample> samples = new ConcurrentHashMap<>();
    private volatile @Nullable HostFacts facts;

    private final Map<UUID, MemoryTarget> targets = new ConcurrentHashMap<>();
    private final Map<UUID, MemoryTarget> atStart = new ConcurrentHashMap<>();

    /** How long a guest's balloon may take to reach what the machine was allocated. */
    private static final long BALLOONING_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long a guest may take from its start until its driver works its balloon. */
    private static final long STARTING_NANOS = TimeUnit.MINUTES.toNanos(3);

    private record MemoryTarget(long kibibytes, long untilNanos) {
        boolean isOver() {
            return System.nanoTime() - untilNanos > 0;
        }
    }

    private record CpuSample(long cpuNanos, long atNanos) {}

    /** Reads a domain's definition. */
    @FunctionalInterface
    interface Definitions {
        String read(DomainPointer domain, int flags);
    }

    HostDomains(LibvirtHost host, DomainClassifier classifier) {
        this(host, classifier, NativeConnection::xml);
    }

    HostDomains(LibvirtHost host, DomainClassifier classifier, Definitions definitions) {
        this.host = host;
        this.classifier = classifier;
        this.definitions = definitions;
    }

    /** Forgets all that was read. */
    void forgetAll() {
        facts = null;
        descriptions.clear();
        samples.clear();
        targets.clear();
        atStart.clear();
        changed.clear();
    }

    /** Has a domain's definition read again the next time. */
    void forget(UUID domain) {
        changed.add(domain);
    }

    /** Has a machine's memory told as it was just allocated while its guest's balloon is on the way there. */
    void allocated(UUID domain, long memoryKiB) {
        atStart.computeIfPresent(domain, (id, start) -> new MemoryTarget(memoryKiB, start.untilNanos));
        targets.put(domain, new MemoryTarget(memoryKiB, System.nanoTime() + BALLOONING_NANOS));
    }

    /**
     * Has a machine that is being started told as it is defined for as long as its guest may take to work its balloon: that is empty
     * at first, and the machine seems to hold all that it may ever have, while who decides counts on what it is defined with.
     */
    void starting(UUID domain, long memoryKiB) {
        atStart.put(domain, new MemoryTarget(memoryKiB, System.nanoTime() + STARTING_NANOS));
    }

    /** The host's CPU and microcode, as far as it was read. */
    Optional<CpuPlatform> cpuPlatform() {
        HostFacts known = facts;
        return known == null ? Optional.empty() : known.cpuPlatform();
    }

    /** Reads the host. */
    HostSnapshot read(NativeConnection connection) {
        HostFacts known = facts;
        if (known == null) {
            known = HostFacts.read(connection);
            facts = known;
        }
        ImmutableList<Entry> entries =
                connection.eachDomain((pointer, stats) -> entry(connection, pointer, stats)).stream()
                        .flatMap(Optional::stream)
                        .collect(ImmutableList.toImmutableList());
        if (descriptions.size() > entries.size()) {
            Set<UUID> present =
                    entries.stream().map(entry -> entry.stats().uuid()).collect(Collectors.toSet());
            descriptions.keySet().retainAll(present);
            samples.keySet().retainAll(present);
            targets.keySet().retainAll(present);
            atStart.keySet().retainAll(present);
        }
        return new HostSnapshot(known, entries);
    }

    /** Reads one domain's definition, from what was kept if nothing says that it changed. */
    private DomainDescription describe(NativeConnection connection, DomainPointer pointer, DomainStats stats) {
        UUID domain = stats.uuid();
        Optional<DomainDescription> before = Optional.ofNullable(descriptions.get(domain));
        // The mark goes before the definition is read: a change that comes between the two marks it again.
        if (!changed.remove(domain) && before.isPresent()) {
            return before.get();
        }
        int flags = NativeConnection.XML_INACTIVE | (host.readOnly() ? 0 : NativeConnection.XML_SECURE);
        String why;
        try {
            DomainDescription read = DomainDescription.read(host.id(), definitions.read(pointer, flags), classifier);
            descriptions.put(domain, read);
            return read;
        } catch (IllegalArgumentException malformed) {
            why = PeerText.quote(String.valueOf(malformed.getMessage()));
        } catch (NativeException refused) {
            if (!isOfTheDomainAlone(connection, refused)) {
                throw refused;
            }
            why = String.valueOf(refused.getMessage());
        }
        // It is asked for again the next time.
        changed.add(domain);
        return DomainDescription.unreadable(host.id(), stats, before, classifier, why);
    }

    /** One domain that cannot be read must not hide the others; where the host fails, its reading does. */
    private static boolean isOfTheDomainAlone(NativeConnection connection, NativeException refused) {
        return !refused.is(LibvirtError.NO_DOMAIN)
                && refused.error().meaning().cause() != Cause.UNREACHABLE
                && connection.isAlive();
    }

    private Optional<Entry> entry(NativeConnection connection, DomainPointer pointer, DomainStats stats) {
        DomainDescription description;
        try {
            description = describe(connection, pointer, stats);
        } catch (NativeException e) {
            if (e.is(LibvirtError.NO_DOMAIN)) {
                return Optional.empty();
            }
            throw e;
        }
        Resources allocation = stats.memoryKiB().isPresent() && stats.vcpus().isPresent()
                ? DomainDescription.allocation(memoryKiB(stats), stats.vcpus().getAsLong())
                : info(pointer);
        return Optional.of(new Entry(description, stats, allocation, load(stats, allocation)));
    }

    private long memoryKiB(DomainStats stats) {
        long now = atMostAtStart(stats.uuid(), stats.memoryKiB().orElse(0));
        MemoryTarget target = targets.get(stats.uuid());
        if (target == null) {
            return now;
        }
        if (target.kibibytes == now || target.isOver()) {
            targets.remove(stats.uuid(), target);
            return now;
        }
        return target.kibibytes;
    }

    private long atMostAtStart(UUID domain, long now) {
        MemoryTarget start = atStart.get(domain);
        if (start == null) {
            return now;
        }
        if (start.isOver()) {
            atStart.remove(domain, start);
            return now;
        }
        return Math.min(now, start.kibibytes);
    }

    /** For drivers whose bulk statistics lack the allocation, such as the test driver. */
    private static Resources info(DomainPointer domain) {
        virDomainInfo info = new virDomainInfo();
        int unused = NativeConnection.check(Libvirt.INSTANCE.virDomainGetInfo(domain, info));
        return DomainDescription.allocation(info.memory.longValue(), info.nrVirtCpu);
    }

    private double load(DomainStats stats, Resources allocation) {
        OptionalLong cpu = stats.cpuNanos();
        if (cpu.isEmpty() || stats.power() != PowerState.ON || allocation.cpuMillis() == 0) {
            samples.remove(stats.uuid());
            return 0;
        }
        CpuSample now = new CpuSample(cpu.getAsLong(), System.nanoTime());
        CpuSample before = samples.put(stats.uuid(), now);
        if (before == null || now.atNanos <= before.atNanos || now.cpuNanos < before.cpuNanos) {
            return 0;
        }
        double cores = allocation.cpuMillis() / (double) DomainDescription.MILLIS_PER_VCPU;
        return (now.cpuNanos - before.cpuNanos)
                / NANOS_PER_SECOND
                / ((now.atNanos - before.atNanos) / NANOS_PER_SECOND)
                / cores;
    }
}
