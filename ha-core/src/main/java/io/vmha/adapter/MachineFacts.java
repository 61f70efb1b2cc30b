package io.vmha.adapter;

import io.vmha.model.HostId;
import java.util.Map;
import java.util.Optional;

/**
 * What a platform tells of a VM that does not say itself what it is for. Immutable.
 *
 * @param name its name on the platform
 * @param host the host that it is on
 * @param cluster the name of its cluster on the platform, or of its host where that is in none; empty where the platform has no
 *     clusters
 * @param attributes what else the platform tells, by name: libvirt {@code uuid} and, where there is one, {@code title}; vSphere the
 *     custom attributes
 */
public record MachineFacts(String name, HostId host, Optional<String> cluster, Map<String, String> attributes) {

    /** Copies the attributes. */
    public MachineFacts {
        attributes = Map.copyOf(attributes);
    }
}
