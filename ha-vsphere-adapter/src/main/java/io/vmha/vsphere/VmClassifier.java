package io.vmha.vsphere;

import com.google.common.collect.ImmutableMap;
import io.vmha.model.VmType;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says what a machine is that has no custom attribute {@value VmAttributes#TYPE}: the fallback for machines that were not
 * made for this library.
 *
 * <p>It must be thread-safe and give the same answer for the same facts. Templates are not asked about. The default is
 * {@link #unmanaged()}, since powering off a stranger's machine is worse than not serving it.
 *
 * @deprecated Use {@link io.vmha.adapter.VmClassifier}, which the adapters of all platforms take, with {@link
 *     VsphereAdapter.Builder#classifyBy}.
 */
@Deprecated(since = "0.2.0", forRemoval = true)
@SuppressWarnings("removal")
@FunctionalInterface
public interface VmClassifier {

    /** Returns what the machine is; empty leaves it alone. */
    Optional<VmProfile> classify(VmFacts vm);

    /** Leaves every machine without the attribute alone. */
    static VmClassifier unmanaged() {
        return vm -> Optional.empty();
    }

    /** Takes every machine without the attribute for one of that type. */
    static VmClassifier everyVmIs(VmType type) {
        Optional<VmProfile> profile = Optional.of(VmProfile.ofType(type));
        return vm -> profile;
    }

    /** Tells the type by the machine's whole name: the first pattern that matches it, in the map's order, names the type. */
    static VmClassifier byName(Map<Pattern, VmType> types) {
        ImmutableMap<Pattern, VmType> inOrder = ImmutableMap.copyOf(types);
        return vm -> inOrder.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(vm.name()).matches())
                .map(entry -> VmProfile.ofType(entry.getValue()))
                .findFirst();
    }
}
