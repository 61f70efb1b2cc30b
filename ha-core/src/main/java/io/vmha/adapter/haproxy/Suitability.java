package io.vmha.adapter.haproxy;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.internal.PeerText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Refuses a HAProxy whose configuration a director cannot work with: several processes, each with servers and maps of its own, of
 * which the socket reaches one; and balancing whose weights are fixed. Confined to the director's lock.
 */
final class Suitability {
    private static final Splitter COMMAS = Splitter.on(',');
    private static final String PROCESSES = "Nbproc:";
    /** The statistics of all backends, and of nothing else. */
    private static final String BACKENDS = "show stat -1 2 -1";

    private static final Set<String> FIXED = Set.of("static-rr");
    private static final Set<String> ADJUSTABLE = Set.of("roundrobin", "leastconn", "first", "random", "sticky");
    private static final String FIXED_WEIGHTS = "static LB algorithm";

    private final RuntimeApi haproxy;
    private final Servers servers;
    private final long deadlineNanos;

    Suitability(RuntimeApi haproxy, Servers servers, long deadlineNanos) {
        this.haproxy = haproxy;
        this.servers = servers;
        this.deadlineNanos = deadlineNanos;
    }

    /** Asks HAProxy, and refuses for good what cannot work. */
    void check(Change change) {
        refuseSeveralProcesses();
        Map<String, String> algorithms = algorithms();
        for (String backend : servers.backends()) {
            String algorithm = algorithms.getOrDefault(backend, "");
            if (FIXED.contains(algorithm)) {
                throw fixed(backend, algorithm);
            }
            // By a hash: whether its weights can be changed is the hash's type, which HAProxy does not tell.
            if (!ADJUSTABLE.contains(Splitter.on('(').splitToList(algorithm).get(0))) {
                tryWeight(backend, algorithm, change.states(backend));
            }
        }
    }

    private void refuseSeveralProcesses() {
        for (String line : haproxy.read("show info", deadlineNanos)) {
            if (line.startsWith(PROCESSES)
                    && !line.substring(PROCESSES.length()).strip().equals("1")) {
                throw new AdapterException.Permanent(
                        Cause.UNSUPPORTED,
                        "HAProxy runs as several processes (" + PeerText.quote(line.strip())
                                + "), and a change reaches one of them: set nbthread, not nbproc");
            }
        }
    }

    private Map<String, String> algorithms() {
        List<String> lines = haproxy.text(BACKENDS, deadlineNanos)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        List<String> header = lines.isEmpty() ? List.of() : COMMAS.splitToList(lines.get(0));
        int name = header.indexOf("# pxname");
        int algorithm = header.indexOf("algo");
        Map<String, String> algorithms = new HashMap<>();
        if (name >= 0 && algorithm >= 0) {
            for (String line : lines.subList(1, lines.size())) {
                List<String> columns = COMMAS.splitToList(line);
                if (columns.size() > Math.max(name, algorithm)) {
                    algorithms.put(columns.get(name), columns.get(algorithm));
                }
            }
        }
        return algorithms;
    }

    /** Changes a weight by one and back: of a server in maintenance if there is one, where that has no effect at all. */
    private void tryWeight(String backend, String algorithm, ImmutableMap<HaproxyServer, ServerState> states) {
        HaproxyServer server = states.keySet().stream()
                .filter(one -> !servers.stateOf(states, one).takesRequests())
                .findFirst()
                .orElseGet(() -> states.keySet().iterator().next());
        int weight = servers.stateOf(states, server).weight();
        String set = "set server " + server.path() + " weight ";
        try {
            haproxy.execute(set + (weight < HaproxyServer.MAX_WEIGHT ? weight + 1 : weight - 1), deadlineNanos);
        } catch (AdapterException.Permanent refused) {
            if (String.valueOf(refused.getMessage()).contains(FIXED_WEIGHTS)) {
                throw fixed(backend, algorithm);
            }
            throw refused;
        }
        haproxy.execute(set + weight, deadlineNanos);
    }

    private static AdapterException fixed(String backend, String algorithm) {
        return new AdapterException.Permanent(
                Cause.UNSUPPORTED,
                "backend " + backend + " of HAProxy balances by " + PeerText.quote(algorithm)
                        + ", whose weights are fixed while it runs: use roundrobin, leastconn, or hash-type consistent");
    }
}
