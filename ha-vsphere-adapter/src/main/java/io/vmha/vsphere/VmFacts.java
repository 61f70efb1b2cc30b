package io.vmha.vsphere;

import java.util.Map;

/**
 * What vSphere tells of a machine or template that a classifier can judge it by. Immutable.
 *
 * @param name its name
 * @param cluster the name of its cluster, or of its host where that is in none
 * @param template whether it is marked as a template
 * @param attributes its custom attributes by name
 * @deprecated Use {@link io.vmha.adapter.MachineFacts}.
 */
@Deprecated(since = "0.2.0", forRemoval = true)
public record VmFacts(String name, String cluster, boolean template, Map<String, String> attributes) {
    /** Copies the attributes. */
    public VmFacts {
        attributes = Map.copyOf(attributes);
    }
}
