package io.vmha.libvirt;

import static java.util.Objects.requireNonNull;

import io.vmha.adapter.MachineFacts;
import io.vmha.adapter.VmClassifier;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.model.HostId;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Says what a domain is that has no metadata of ours: a user's classifier, in libvirt's terms. */
@FunctionalInterface
interface DomainClassifier {
    /** The attributes of the facts. */
    String UUID_ATTRIBUTE = "uuid";

    String TITLE_ATTRIBUTE = "title";

    DomainProfile classify(MachineFacts domain);

    static MachineFacts facts(HostId host, String name, UUID uuid, Optional<String> title) {
        Map<String, String> id = Map.of(UUID_ATTRIBUTE, uuid.toString());
        return new MachineFacts(
                name,
                host,
                Optional.empty(),
                title.map(text -> Map.of(UUID_ATTRIBUTE, uuid.toString(), TITLE_ATTRIBUTE, text))
                        .orElse(id));
    }

    static DomainClassifier of(VmClassifier classifier) {
        requireNonNull(classifier, "classifier");
        return domain -> {
            Optional<DomainProfile> machine = classifier.classify(domain).map(Machine::of);
            return machine.orElse(DomainProfile.Unmanaged.INSTANCE);
        };
    }

    @SuppressWarnings("removal")
    static DomainClassifier ofOld(io.vmha.libvirt.VmClassifier classifier) {
        requireNonNull(classifier, "classifier");
        return domain -> OldProfiles.toNew(classifier.classify(new DomainFacts(
                domain.host(),
                domain.name(),
                UUID.fromString(domain.attributes().get(UUID_ATTRIBUTE)),
                Optional.ofNullable(domain.attributes().get(TITLE_ATTRIBUTE)))));
    }
}
