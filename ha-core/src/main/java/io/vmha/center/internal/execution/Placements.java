package io.vmha.center.internal.execution;

import io.vmha.model.HostId;
import io.vmha.plan.Action;
import java.util.Optional;

/** Which actions bring a VM to a host. */
public final class Placements {
    private Placements() {}

    /** The host that a VM comes to by an action; empty where it comes to none. */
    public static Optional<HostId> hostOf(Action action) {
        return switch (action.kind()) {
            case POWER_ON, CLONE, MIGRATE -> action.host();
            case PROMOTE, REDIRECT, POWER_OFF, FENCE_HOST, REALLOCATE, DEMOTE, REJOIN, DELETE_LEFTOVERS ->
                Optional.empty();
        };
    }
}
