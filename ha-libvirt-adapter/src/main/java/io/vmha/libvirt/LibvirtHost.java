package io.vmha.libvirt;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.internal.HaStyle;
import java.net.URI;
import java.util.Optional;
import org.immutables.value.Value;

/** A host of the inventory and how its libvirt is reached. Immutable. */
@Value.Immutable
@HaStyle
public interface LibvirtHost {

    /** Its name in the inventory. */
    HostId id();

    /** Where its libvirt is, such as {@code qemu+tls://h1/system} or {@code qemu:///system}. */
    URI uri();

    /**
     * How the libvirt of the other hosts reaches this one, for peer-to-peer live migration to it; absent means {@link
     * #uri()} where that names a host, and that nothing is migrated to this host where it does not.
     */
    Optional<URI> migrationUri();

    /** The cluster that it belongs to; absent means the one that most of its domains name in their metadata, else PRIMARY. */
    Optional<ClusterRole> role();

    /**
     * What its domains may be allocated together; absent means all that it has: its CPUs and its memory. Give more CPU
     * than there is to allow it to be overcommitted, and less memory than there is to leave some to the host itself.
     */
    Optional<Resources> capacity();

    /** Its failure domain. */
    Optional<RackId> rack();

    /**
     * Whether the connection is read-only: it discovers and reads states, and libvirt itself refuses all else. Default
     * false.
     */
    @Value.Default
    default boolean readOnly() {
        return false;
    }

    /** Refuses a URI without a scheme, and one with a password in it. */
    @Value.Check
    default void check() {
        checkArgument(uri().getScheme() != null, "host %s: libvirt URI must have a scheme: %s", id(), uri());
        String user = uri().getRawUserInfo();
        checkArgument(
                user == null || user.indexOf(':') < 0,
                "host %s: libvirt URI must not hold a password; use keys, certificates or an agent",
                id());
    }

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a host with nothing but its name and URI.
     *
     * @throws IllegalArgumentException if the URI has no scheme, or a password in it
     */
    static LibvirtHost of(HostId id, URI uri) {
        return builder().id(id).uri(uri).build();
    }

    /**
     * Builds a host: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableLibvirtHost.Builder {
        Builder() {}
    }
}
