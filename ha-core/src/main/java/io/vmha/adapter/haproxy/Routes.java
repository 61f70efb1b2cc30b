package io.vmha.adapter.haproxy;

import com.google.common.collect.ImmutableMap;
import io.vmha.model.VmId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Where the requests of all machines go: those of a machine that is not named, to itself. Immutable. */
record Routes(ImmutableMap<VmId, VmId> moved) {

    Routes with(VmId owner, VmId server) {
        Map<VmId, VmId> next = new LinkedHashMap<>(moved);
        if (owner.equals(server)) {
            next.remove(owner);
        } else {
            next.put(owner, server);
        }
        return new Routes(ImmutableMap.copyOf(next));
    }

    VmId serverOf(VmId owner) {
        return moved.getOrDefault(owner, owner);
    }

    /**
     * The part of new sessions that a server is to get: the shares of all whose requests it serves, 0 to 256; empty where
     * it is to serve nothing.
     */
    Optional<Integer> weightOf(HaproxyServer server, Iterable<HaproxyServer> all) {
        boolean serves = false;
        int weight = 0;
        for (HaproxyServer owner : all) {
            boolean isServed = serverOf(owner.vm()).equals(server.vm());
            serves |= isServed && (owner.share() > 0 || !owner.equals(server));
            weight += isServed ? owner.share() : 0;
        }
        return serves ? Optional.of(Math.min(HaproxyServer.MAX_WEIGHT, Math.max(1, weight))) : Optional.empty();
    }
}
