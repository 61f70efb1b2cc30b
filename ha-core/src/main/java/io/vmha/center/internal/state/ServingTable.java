package io.vmha.center.internal.state;

import io.vmha.model.VmId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which VM serves whose requests, both ways; an owner that is not in it serves itself. Confined to the center's loop. */
final class ServingTable {
    private final Map<VmId, VmId> servers = new HashMap<>();
    private final Map<VmId, Set<VmId>> owners = new HashMap<>();

    /** The VM that serves an owner's requests; null for itself. */
    @Nullable
    VmId serverOf(VmId owner) {
        return servers.get(owner);
    }

    /** The owners that a VM serves besides itself, in the order in which they came. */
    Set<VmId> ownersOf(VmId server) {
        return owners.getOrDefault(server, Set.of());
    }

    /** Sets who serves an owner's requests, null for itself; returns who did. */
    @Nullable
    VmId set(VmId owner, @Nullable VmId server) {
        VmId before = server == null ? servers.remove(owner) : servers.put(owner, server);
        if (before != null) {
            Set<VmId> left = owners.getOrDefault(before, Set.of());
            left.remove(owner);
            if (left.isEmpty()) {
                owners.remove(before);
            }
        }
        if (server != null) {
            owners.computeIfAbsent(server, id -> new LinkedHashSet<>()).add(owner);
        }
        return before;
    }
}
