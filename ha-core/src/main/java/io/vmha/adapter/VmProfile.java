package io.vmha.adapter;

import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.TemplateId;
import io.vmha.model.VmType;
import io.vmha.model.internal.HaStyle;
import java.util.Optional;
import java.util.Set;
import org.immutables.value.Value;

/** What the library knows of a VM besides what its platform tells. Immutable. */
@Value.Immutable
@HaStyle
public interface VmProfile {

    /** What it is for. */
    VmType type();

    /**
     * The role of its cluster. libvirt, which has no clusters, goes by it for hosts that were given no role; vSphere goes by the
     * names of its clusters instead.
     */
    Optional<ClusterRole> role();

    /** The template that it is rebuilt from. */
    Optional<TemplateId> template();

    /** The higher is recovered first; any integer. Default 0. */
    @Value.Default
    default int priority() {
        return 0;
    }

    /** VMs of one group avoid sharing a host. */
    Set<AntiAffinityGroup> antiAffinity();

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe. */
    static Builder builder() {
        return new Builder();
    }

    /** Returns the profile of a VM of which nothing is known but its type. */
    static VmProfile ofType(VmType type) {
        return builder().type(type).build();
    }

    /** Builds a profile: a method for each value, by its name. The type must be set. Not thread-safe. */
    final class Builder extends ImmutableVmProfile.Builder {
        Builder() {}
    }
}
