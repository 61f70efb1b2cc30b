package io.vmha.adapter;

import com.google.common.collect.ImmutableMap;
import io.vmha.model.VmType;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says what a VM is for that does not say it itself, by libvirt metadata or vSphere custom attributes. The same classifier serves
 * the adapters of all platforms.
 *
 * <p>It must be thread-safe and give the same answer for the same facts. A VM for which it throws is left alone, which is logged.
 * Adapters use {@link #unmanaged()} by default, since powering off a stranger's VM is worse than not serving it.
 */
@FunctionalInterface
public interface VmClassifier {

    /** Returns what the VM is for; empty leaves it alone. */
    Optional<VmProfile> classify(MachineFacts vm);

    /** Leaves every VM alone. */
    static VmClassifier unmanaged() {
        return vm -> Optional.empty();
    }

    /** Takes every VM for one of that type. */
    static VmClassifier everyVmIs(VmType type) {
        Optional<VmProfile> profile = Optional.of(VmProfile.ofType(type));
        return vm -> profile;
    }

    /**
     * Tells the type by the VM's whole name: the first pattern that matches it, in the map's order, names the type. A VM that no
     * pattern matches is left alone.
     */
    static VmClassifier byName(Map<Pattern, VmType> types) {
        ImmutableMap<Pattern, VmType> inOrder = ImmutableMap.copyOf(types);
        return vm -> inOrder.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(vm.name()).matches())
                .map(entry -> VmProfile.ofType(entry.getValue()))
                .findFirst();
    }
}
