package io.vmha.adapter.haproxy;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Multimaps;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.VmId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The servers that a director works on, by machine, name and backend. Immutable. */
final class Servers {
    private final ImmutableMap<VmId, HaproxyServer> byVm;
    private final ImmutableMap<String, HaproxyServer> byName;
    private final ImmutableListMultimap<String, HaproxyServer> byBackend;

    Servers(Map<VmId, HaproxyServer> servers) {
        byVm = ImmutableMap.copyOf(servers);
        byName = Maps.uniqueIndex(byVm.values(), HaproxyServer::name);
        byBackend = Multimaps.index(byVm.values(), HaproxyServer::backend);
    }

    /** The server that stands for a machine; refused where there is none. */
    HaproxyServer require(VmId vm) {
        HaproxyServer server = byVm.get(vm);
        if (server == null) {
            throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no server of HAProxy stands for VM " + vm);
        }
        return server;
    }

    Optional<HaproxyServer> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    ImmutableSet<String> backends() {
        return byBackend.keySet();
    }

    List<HaproxyServer> of(String backend) {
        return byBackend.get(backend);
    }

    Collection<HaproxyServer> all() {
        return byVm.values();
    }

    /** The state of a server among those of its backend, which are all there. */
    ServerState stateOf(Map<HaproxyServer, ServerState> states, HaproxyServer server) {
        ServerState state = states.get(server);
        if (state == null) {
            throw new IllegalStateException("no state of " + server.path());
        }
        return state;
    }
}
