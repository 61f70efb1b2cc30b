package io.vmha.libvirt;

import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.model.internal.HaStyle;
import java.util.Optional;
import java.util.Set;
import org.immutables.value.Value;

/**
 * What the library knows of a domain that is a virtual machine of the inventory, besides what libvirt tells. Immutable.
 *
 * @deprecated Use {@link io.vmha.adapter.VmProfile}, and {@link DomainProfile.Machine} for what the metadata says beside it.
 */
@Deprecated(since = "0.2.0", forRemoval = true)
@SuppressWarnings("removal")
@Value.Immutable
@HaStyle
public non-sealed interface VmProfile extends DomainProfile {

    /** Its name in the inventory; absent means the domain's name. */
    Optional<VmId> id();

    /** What it is for. */
    VmType type();

    /** The cluster that it belongs to, and so its host, unless the host was given a role of its own. */
    Optional<ClusterRole> role();

    /** The template that it is cloned anew from. */
    Optional<TemplateId> template();

    /** The higher is recovered first; any integer. Default 0. */
    @Value.Default
    default int priority() {
        return 0;
    }

    /** Machines of one group avoid sharing a host. */
    Set<AntiAffinityGroup> antiAffinity();

    /** The action that made it as a clone; absent where none did. */
    Optional<CloneOrigin> origin();

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe. */
    static Builder builder() {
        return new Builder();
    }

    /** Returns the profile of a machine of which nothing is known but its type. */
    static VmProfile ofType(VmType type) {
        return builder().type(type).build();
    }

    /**
     * Builds a profile: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableVmProfile.Builder {
        Builder() {}
    }
}
