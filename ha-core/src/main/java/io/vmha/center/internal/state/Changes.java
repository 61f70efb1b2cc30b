package io.vmha.center.internal.state;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.ClusterRole;
import io.vmha.model.VmType;
import java.util.Set;

/**
 * What changed in the inventory that may help an unmet need. Immutable.
 *
 * @param serving the types of which a VM began to serve, or is less hindered to
 * @param roomy the clusters in which a host takes VMs again or has more room
 */
public record Changes(Set<VmType> serving, Set<ClusterRole> roomy) {
    /** Copies the sets. */
    public Changes {
        serving = ImmutableSet.copyOf(serving);
        roomy = ImmutableSet.copyOf(roomy);
    }

    /** Whether there is nothing. */
    public boolean isEmpty() {
        return serving.isEmpty() && roomy.isEmpty();
    }
}
