package io.vmha.adapter.haproxy;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.VmId;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one call reads and changes in HAProxy, up to the call's deadline. Confined to the director's lock. */
final class Change {
    private final RuntimeApi haproxy;
    private final Path routesMap;
    private final Servers servers;
    private final long deadlineNanos;
    private boolean hasChanged;

    Change(RuntimeApi haproxy, Path routesMap, Servers servers, long deadlineNanos) {
        this.haproxy = haproxy;
        this.routesMap = routesMap;
        this.servers = servers;
        this.deadlineNanos = deadlineNanos;
    }

    /** Reads the map: its lines are an address, a server's name, and the name of the one that serves for it. */
    Routes routes() {
        ImmutableMap.Builder<VmId, VmId> moved = ImmutableMap.builder();
        for (String line : haproxy.read("show map " + routesMap, deadlineNanos)) {
            List<String> words = Splitter.on(' ').omitEmptyStrings().splitToList(line);
            Optional<HaproxyServer> owner = words.size() == 3 ? servers.named(words.get(1)) : Optional.empty();
            Optional<HaproxyServer> server = words.size() == 3 ? servers.named(words.get(2)) : Optional.empty();
            if (owner.isPresent() && server.isPresent() && !owner.equals(server)) {
                moved.put(owner.get().vm(), server.get().vm());
            }
        }
        return new Routes(moved.buildKeepingLast());
    }

    /** Reads what HAProxy says of a backend's servers, all of which must be there. */
    ImmutableMap<HaproxyServer, ServerState> states(String backend) {
        Map<String, ServerState> present = new LinkedHashMap<>();
        for (String line : haproxy.read("show servers state " + backend, deadlineNanos)) {
            if (line.indexOf(' ') > 0) {
                ServerState state = ServerState.parse(line);
                present.put(state.name(), state);
            }
        }
        ImmutableMap.Builder<HaproxyServer, ServerState> states = ImmutableMap.builder();
        for (HaproxyServer server : servers.of(backend)) {
            ServerState state = present.get(server.name());
            if (state == null) {
                throw new AdapterException.Permanent(
                        Cause.UNKNOWN_SUBJECT, "HAProxy has no server " + server.path() + " for VM " + server.vm());
            }
            states.put(server, state);
        }
        return states.build();
    }

    /** Moves the owner's requests: no other server than the two, and the one that served before, is touched. */
    Routes move(HaproxyServer owner, HaproxyServer target) {
        ImmutableMap<HaproxyServer, ServerState> states = states(owner.backend());
        Optional<AdapterException> obstacle = servers.stateOf(states, target).obstacle(target);
        if (obstacle.isPresent()) {
            throw obstacle.get();
        }
        Routes before = routes();
        Routes next = before.with(owner.vm(), target.vm());
        ImmutableSet<HaproxyServer> touched =
                ImmutableSet.of(target, owner, servers.require(before.serverOf(owner.vm())));
        // Those that are to serve first, so that there is always one that does.
        for (HaproxyServer server : touched) {
            next.weightOf(server, servers.of(owner.backend()))
                    .ifPresent(weight -> setWeight(server, weight, servers.stateOf(states, server)));
        }
        setReady(target, servers.stateOf(states, target));
        for (HaproxyServer server : touched) {
            if (next.weightOf(server, servers.of(owner.backend())).isEmpty()) {
                takeOut(server, servers.stateOf(states, server));
            }
        }
        setRoute(owner, target);
        return next;
    }

    /** Sets what the routes ask for, except that what an operator drains stays as it is. */
    void reconcile(String backend, Routes routes) {
        ImmutableMap<HaproxyServer, ServerState> states = states(backend);
        states.forEach(
                (server, state) -> routes.weightOf(server, servers.of(backend)).ifPresent(weight -> {
                    setWeight(server, weight, state);
                    setReady(server, state);
                }));
        states.forEach((server, state) -> {
            if (routes.weightOf(server, servers.of(backend)).isEmpty()) {
                takeOut(server, state);
            }
        });
    }

    private void setWeight(HaproxyServer server, int weight, ServerState state) {
        if (state.weight() != weight) {
            execute("set server " + server.path() + " weight " + weight);
        }
    }

    private void setReady(HaproxyServer server, ServerState state) {
        if (state.isSetToMaintenance()) {
            execute("set server " + server.path() + " state ready");
        }
    }

    private void takeOut(HaproxyServer server, ServerState state) {
        if (state.takesRequests()) {
            execute("set server " + server.path() + " state maint");
        }
    }

    private void setRoute(HaproxyServer owner, HaproxyServer server) {
        String entry = routesMap + " " + owner.name() + " " + server.name();
        try {
            execute("set map " + entry);
        } catch (AdapterException.Permanent notThere) {
            execute("add map " + entry);
        }
    }

    private void execute(String command) {
        haproxy.execute(command, deadlineNanos);
        hasChanged = true;
    }

    /** Returns the failure as it is where nothing was changed before it; as one of unknown outcome where something was. */
    AdapterException afterAll(AdapterException failure) {
        return hasChanged && !(failure instanceof AdapterException.OutcomeUnknown)
                ? new AdapterException.OutcomeUnknown(
                        failure.reason(), "a part of the change was made: " + failure.getMessage(), failure)
                : failure;
    }

    /** Accepted is not done: refuses to say that the requests moved unless the target serves and the map says so. */
    void readBack(HaproxyServer owner, HaproxyServer target) {
        ServerState state = servers.stateOf(states(owner.backend()), target);
        if (!state.serves()) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED,
                    "HAProxy's server " + target.path() + " was set ready and does not serve: administrative state "
                            + state.admin() + ", weight " + state.weight() + (state.isUp() ? ", up" : ", down"));
        }
        VmId found = routes().serverOf(owner.vm());
        if (!found.equals(target.vm())) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED,
                    "HAProxy's map was set, and reads that " + found + " serves for " + owner.vm() + ", not "
                            + target.vm());
        }
    }

    /** The whole server-state file, as HAProxy reads it at its start. */
    String serverStates() {
        return haproxy.text("show servers state", deadlineNanos);
    }
}
