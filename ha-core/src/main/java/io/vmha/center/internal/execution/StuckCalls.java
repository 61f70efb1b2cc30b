package io.vmha.center.internal.execution;

import io.vmha.model.HostId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts the calls that were given up and have not returned, each of which holds a thread. Where too many hang at one place, none
 * is made there until one returns, so that threads are bounded by places and not by time. Confined to the center's loop.
 */
final class StuckCalls {
    /** How many may hang at one place. */
    static final int MOST = 8;

    /** What hangs together: a host's hypervisor, its fencing devices, or what serves all hosts, each by itself. */
    private record Place(Optional<HostId> host, Optional<ActionKind> kind) {
        static Place of(Action action) {
            boolean isOwn =
                    action.kind() == ActionKind.FENCE_HOST || action.host().isEmpty();
            return new Place(action.host(), isOwn ? Optional.of(action.kind()) : Optional.empty());
        }
    }

    private final Map<Place, Integer> stuck = new HashMap<>();

    void gaveUp(Action action) {
        stuck.merge(Place.of(action), 1, Integer::sum);
    }

    void returned(Action action) {
        stuck.computeIfPresent(Place.of(action), (place, count) -> count == 1 ? null : count - 1);
    }

    boolean isFull(Action action) {
        return stuck.getOrDefault(Place.of(action), 0) >= MOST;
    }
}
