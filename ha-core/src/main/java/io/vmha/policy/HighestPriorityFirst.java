package io.vmha.policy;

import io.vmha.model.VirtualMachine;
import java.util.Comparator;

/** The order in which machines are decided about: the highest priority first, then by id. */
enum HighestPriorityFirst implements Comparator<VirtualMachine> {
    ORDER;

    @Override
    public int compare(VirtualMachine left, VirtualMachine right) {
        int order = Integer.compare(right.priority(), left.priority());
        return order == 0 ? left.id().compareTo(right.id()) : order;
    }
}
