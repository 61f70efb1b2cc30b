package io.vmha.policy;

import io.vmha.model.HostAllocation;
import io.vmha.model.HostId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of one capacity, the least full before the decision first, read as far as they are asked for; without the hosts
 * that are lost or kept apart. Confined to the thread that made it.
 */
final class WorkingRooms {
    private final Iterator<HostAllocation> rest;
    private final Set<HostId> excluded;
    private final List<WorkingRoom> known = new ArrayList<>();

    WorkingRooms(Iterator<HostAllocation> rest, Set<HostId> excluded) {
        this.rest = rest;
        this.excluded = excluded;
    }

    /** The host at that place; null after the last. */
    @Nullable
    WorkingRoom at(int place) {
        while (known.size() <= place && rest.hasNext()) {
            HostAllocation next = rest.next();
            if (!excluded.contains(next.host().id())) {
                known.add(new WorkingRoom(next));
            }
        }
        return place < known.size() ? known.get(place) : null;
    }
}
