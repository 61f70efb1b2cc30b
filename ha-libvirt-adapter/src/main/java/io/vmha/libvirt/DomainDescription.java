package io.vmha.libvirt;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.MachineFacts;
import io.vmha.adapter.internal.PeerText;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.w3c.dom.Element;

/**
 * What a domain's definition says: it changes only when the domain is redefined, so it is read once and kept. Immutable.
 *
 * @param uuid its UUID
 * @param name its name
 * @param profile what it is to the library
 * @param memoryKiB the memory that it starts with
 * @param maxMemoryKiB the most memory that it can be given without being redefined
 * @param vcpus the vCPUs that it starts with
 * @param maxVcpus the most vCPUs that it can be given without being redefined
 * @param definition the definition, by which it can be registered on another host; empty where it cannot be read
 * @param unreadable why the definition cannot be read; empty where it was read
 */
record DomainDescription(
        UUID uuid,
        String name,
        DomainProfile profile,
        long memoryKiB,
        long maxMemoryKiB,
        int vcpus,
        int maxVcpus,
        String definition,
        Optional<String> unreadable) {
    private static final Logger LOG = LoggerFactory.getLogger(DomainDescription.class);
    static final long KIB_PER_MIB = 1024;
    static final long MILLIS_PER_VCPU = 1000;

    private static final Map<String, Long> BYTES = Map.ofEntries(
            Map.entry("b", 1L),
            Map.entry("bytes", 1L),
            Map.entry("k", 1L << 10),
            Map.entry("kib", 1L << 10),
            Map.entry("kb", 1000L),
            Map.entry("m", 1L << 20),
            Map.entry("mib", 1L << 20),
            Map.entry("mb", 1_000_000L),
            Map.entry("g", 1L << 30),
            Map.entry("gib", 1L << 30),
            Map.entry("gb", 1_000_000_000L),
            Map.entry("t", 1L << 40),
            Map.entry("tib", 1L << 40),
            Map.entry("tb", 1_000_000_000_000L));

    /**
     * Reads a definition. A metadata element that breaks a rule makes the domain unmanaged, which is logged, so that one
     * bad domain does not hide all the others.
     *
     * @throws IllegalArgumentException if it is not a domain definition
     */
    static DomainDescription read(HostId host, String xml, DomainClassifier classifier) {
        Element domain = SecureXml.parse(xml).getDocumentElement();
        UUID uuid = UUID.fromString(required(domain, "uuid"));
        String name = required(domain, "name");
        long maxMemory = memoryKiB(domain, "memory").orElse(0L);
        int maxVcpus =
                SecureXml.text(domain, "vcpu").map(DomainDescription::vcpuCount).orElse(1);
        int vcpus = SecureXml.child(domain, "vcpu")
                .flatMap(vcpu -> SecureXml.attribute(vcpu, "current"))
                .map(DomainDescription::vcpuCount)
                .orElse(maxVcpus);
        MachineFacts facts = DomainClassifier.facts(host, name, uuid, SecureXml.text(domain, "title"));
        return new DomainDescription(
                uuid,
                name,
                profile(domain, facts, classifier),
                memoryKiB(domain, "currentMemory").orElse(maxMemory),
                maxMemory,
                vcpus,
                maxVcpus,
                xml,
                Optional.empty());
    }

    /**
     * A domain whose definition cannot be read: it exists, takes room, and can be powered off; nothing is made of it or for it that
     * would need to know what it consists of.
     *
     * @param before what was read of it when it could be; what it is to the library does not change by that it cannot be now
     */
    static DomainDescription unreadable(
            HostId host,
            DomainStats stats,
            Optional<DomainDescription> before,
            DomainClassifier classifier,
            String why) {
        LOG.warn("the definition of domain {} on host {} cannot be read: {}", PeerText.quote(stats.name()), host, why);
        int vcpus = Ints.saturatedCast(stats.vcpus().orElse(1));
        long memory = stats.memoryKiB().orElse(0);
        DomainProfile profile = before.map(DomainDescription::profile)
                .orElseGet(() -> classified(
                        DomainClassifier.facts(host, stats.name(), stats.uuid(), Optional.empty()), classifier));
        return new DomainDescription(
                stats.uuid(), stats.name(), profile, memory, memory, vcpus, vcpus, "", Optional.of(why));
    }

    /** Whether nothing tells which machine it is, if it is one. */
    boolean isUnidentified() {
        return unreadable.isPresent() && profile instanceof DomainProfile.Unmanaged;
    }

    /**
     * The definition.
     *
     * @throws AdapterException if it cannot be read
     */
    String xml() {
        if (unreadable.isPresent()) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED,
                    "the definition of domain " + PeerText.quote(name) + " cannot be read: " + unreadable.get());
        }
        return definition;
    }

    /** Whether it has a TPM. */
    boolean hasTpm() {
        return SecureXml.child(SecureXml.parse(xml()).getDocumentElement(), "devices")
                .filter(devices -> SecureXml.child(devices, "tpm").isPresent())
                .isPresent();
    }

    /** What a domain of that many KiB and vCPUs is allocated; memory is rounded up to whole MiB. */
    static Resources allocation(long memoryKiB, long vcpus) {
        return Resources.of(vcpus * MILLIS_PER_VCPU, ceilDiv(memoryKiB, KIB_PER_MIB));
    }

    /** The whole vCPUs that amount to at least that many millicores. */
    static int vcpus(long cpuMillis) {
        return Math.toIntExact(ceilDiv(cpuMillis, MILLIS_PER_VCPU));
    }

    private static DomainProfile profile(Element domain, MachineFacts facts, DomainClassifier classifier) {
        try {
            Optional<DomainProfile> said = VmhaMetadata.read(domain);
            return said.isPresent() ? named(said.get(), facts) : classified(facts, classifier);
        } catch (IllegalArgumentException e) {
            return leftAlone(facts, e);
        }
    }

    // What a user's classifier throws must not hide the other domains.
    private static DomainProfile classified(MachineFacts facts, DomainClassifier classifier) {
        try {
            return named(classifier.classify(facts), facts);
        } catch (RuntimeException e) {
            return leftAlone(facts, e);
        }
    }

    /** A domain whose name no machine can have is none, unless it has another as a machine. */
    private static DomainProfile named(DomainProfile profile, MachineFacts facts) {
        if (profile instanceof DomainProfile.Machine machine && machine.id().isEmpty()) {
            VmId unused = VmId.of(facts.name());
        }
        return profile;
    }

    private static DomainProfile leftAlone(MachineFacts facts, RuntimeException why) {
        LOG.warn(
                "domain {} on host {} is left alone: {}",
                PeerText.quote(facts.name()),
                facts.host(),
                PeerText.quote(String.valueOf(why.getMessage())));
        return DomainProfile.Unmanaged.INSTANCE;
    }

    private static String required(Element domain, String name) {
        return SecureXml.text(domain, name)
                .orElseThrow(() -> new IllegalArgumentException("domain definition lacks " + name));
    }

    private static Optional<Long> memoryKiB(Element domain, String name) {
        return SecureXml.child(domain, name).map(element -> {
            String unit = SecureXml.attribute(element, "unit").orElse("KiB").toLowerCase(java.util.Locale.ROOT);
            Long bytes = BYTES.get(unit);
            if (bytes == null) {
                throw new IllegalArgumentException("unknown memory unit: " + PeerText.quote(unit));
            }
            String amount = element.getTextContent().strip();
            Long count = Longs.tryParse(amount);
            checkArgument(
                    count != null && count >= 0 && count <= Long.MAX_VALUE / bytes,
                    "%s must be 0 or more bytes, fewer than 2^63: %s %s",
                    name,
                    PeerText.quote(amount),
                    unit);
            return ceilDiv(count * bytes, KIB_PER_MIB);
        });
    }

    private static int vcpuCount(String text) {
        Integer count = Ints.tryParse(text.strip());
        checkArgument(count != null && count >= 1, "vcpu must be 1 or more: %s", PeerText.quote(text));
        return count;
    }

    private static long ceilDiv(long amount, long unit) {
        return -Math.floorDiv(-amount, unit);
    }
}
