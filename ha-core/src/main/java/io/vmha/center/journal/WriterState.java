package io.vmha.center.journal;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.VmType;
import java.util.Set;

/**
 * Which database members may accept writes, as the center knows it. Immutable.
 *
 * @param type the type of the VMs whose databases replicate one another
 * @param members the members that may accept writes; one where that is known, several after a promotion with an unknown outcome,
 *     none after a demotion
 */
public record WriterState(VmType type, Set<String> members) {
    /** Copies the set. */
    public WriterState {
        members = ImmutableSet.copyOf(members);
    }
}
