package io.vmha.vsphere;

import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.TemplateId;
import io.vmha.model.VmType;
import java.util.Optional;
import java.util.Set;

/**
 * What the library knows of a machine besides what vSphere tells. Immutable.
 *
 * @param type what it is for
 * @param template the template that it is cloned anew from
 * @param priority the higher is recovered first; any integer
 * @param antiAffinity machines of one group avoid sharing a host
 * @deprecated Use {@link io.vmha.adapter.VmProfile}.
 */
@Deprecated(since = "0.2.0", forRemoval = true)
public record VmProfile(VmType type, Optional<TemplateId> template, int priority, Set<AntiAffinityGroup> antiAffinity) {
    /** Copies the groups. */
    public VmProfile {
        antiAffinity = Set.copyOf(antiAffinity);
    }

    /** Returns the profile of a machine of which nothing is known but its type. */
    public static VmProfile ofType(VmType type) {
        return new VmProfile(type, Optional.empty(), 0, Set.of());
    }
}
