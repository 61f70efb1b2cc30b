package io.vmha.libvirt;

import com.google.common.collect.ImmutableMap;
import io.vmha.model.VmType;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Says what a domain is that has no metadata of ours: the fallback for domains that were not made for this library.
 *
 * <p>Called once for each domain that is new or was redefined, from the threads that discover; it must be thread-safe and
 * give the same answer for the same facts. The default is {@link #unmanaged()}, since powering off a stranger's machine
 * is worse than not serving it.
 *
 * @deprecated Use {@link io.vmha.adapter.VmClassifier}, which the adapters of all platforms take, with {@link
 *     LibvirtAdapter.Builder#classifyBy}.
 */
@Deprecated(since = "0.2.0", forRemoval = true)
@SuppressWarnings("removal")
@FunctionalInterface
public interface VmClassifier {

    /** Returns what the domain is. */
    DomainProfile classify(DomainFacts domain);

    /** Leaves every domain without metadata alone. */
    static VmClassifier unmanaged() {
        return domain -> DomainProfile.Unmanaged.INSTANCE;
    }

    /** Takes every domain without metadata for a machine of that type. */
    static VmClassifier everyDomainIs(VmType type) {
        VmProfile profile = VmProfile.ofType(type);
        return domain -> profile;
    }

    /**
     * Tells the type by the domain's whole name: the first pattern that matches it, in the map's order, names the type;
     * a domain that no pattern matches is left alone.
     */
    static VmClassifier byName(Map<Pattern, VmType> types) {
        ImmutableMap<Pattern, VmType> inOrder = ImmutableMap.copyOf(types);
        return domain -> inOrder.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(domain.name()).matches())
                .<DomainProfile>map(entry -> VmProfile.ofType(entry.getValue()))
                .findFirst()
                .orElse(DomainProfile.Unmanaged.INSTANCE);
    }
}
