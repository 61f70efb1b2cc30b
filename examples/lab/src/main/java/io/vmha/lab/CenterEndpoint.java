package io.vmha.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vmha.center.ManagementCenter;
import io.vmha.model.ReplicaLag;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Where the orchestrator's process answers its users: {@code /state}, {@code /hosts-up}, {@code /repaired?vm=NAME} and {@code
 * /loads?on=true}. One whose center does not lead answers {@value #ELSEWHERE}. Requests are answered on one thread.
 */
final class CenterEndpoint {
    static final int PORT = 8090;
    static final int OK = 200;
    static final int ELSEWHERE = 421;

    private final HttpServer server;
    private final Supplier<LabCenter> leading;

    /**
     * Binds it.
     *
     * @param leading the center; throws a {@code CompletionException} where it does not lead
     */
    CenterEndpoint(String address, Supplier<LabCenter> leading) {
        this.leading = leading;
        try {
            server = HttpServer.create(new InetSocketAddress(address, PORT), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/state", exchange -> answer(exchange, state(leading)));
        handle("/hosts-up", (exchange, center) -> center.hostsAreBack());
        handle("/repaired", (exchange, center) -> {
            var unused = center.center().repaired(VmId.of(query(exchange, "vm")));
        });
        handle("/loads", (exchange, center) -> center.watchLoads(Boolean.parseBoolean(query(exchange, "on"))));
    }

    private void handle(String path, BiConsumer<HttpExchange, LabCenter> handler) {
        server.createContext(
                path,
                exchange -> answer(exchange, () -> {
                    handler.accept(exchange, leading.get());
                    return "{}";
                }));
    }

    /** Adds a question that is answered by whoever is asked, leading or not. */
    CenterEndpoint with(String path, Supplier<String> said) {
        server.createContext(path, exchange -> answer(exchange, said));
        return this;
    }

    void start() {
        server.start();
    }

    private static String query(HttpExchange exchange, String key) {
        return String.valueOf(exchange.getRequestURI().getQuery()).replaceFirst("^" + key + "=", "");
    }

    private static void answer(HttpExchange exchange, Supplier<String> said) throws IOException {
        int status = OK;
        String text;
        try {
            text = said.get();
        } catch (CompletionException elsewhere) {
            status = ELSEWHERE;
            text = String.valueOf(elsewhere.getMessage());
        }
        HttpAnswer.give(exchange, status, text);
    }

    private static Supplier<String> state(Supplier<LabCenter> leading) {
        return () -> state(leading.get().center());
    }

    private static String state(ManagementCenter center) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode state = json.createObjectNode();
        state.put(
                "openPlans",
                center.health().toCompletableFuture().join().openPlans().size());
        ArrayNode vms = state.putArray("vms");
        for (VirtualMachine vm : center.inventory().vms()) {
            ObjectNode node = vms.addObject();
            node.put("name", vm.id().value());
            node.put("host", vm.host().value());
            node.put("serving", vm.isServing() && center.inventory().hostOf(vm).isAvailable());
            node.put("server", vm.servedBy().orElse(vm.id()).value());
            node.put("memoryMiB", vm.allocation().memoryMiB());
        }
        ArrayNode databases = state.putArray("databases");
        center.inventory()
                .replicaSets()
                .all()
                .forEach(set -> set.members().forEach(member -> {
                    ObjectNode node = databases.addObject();
                    node.put("name", member.id().value());
                    node.put("role", member.role().role().name());
                    node.put("standing", member.standing().name());
                    member.lag()
                            .filter(ReplicaLag.Known.class::isInstance)
                            .map(ReplicaLag.Known.class::cast)
                            .ifPresent(lag -> node.put("lagMillis", lag.time().toMillis()));
                    set.commitRule()
                            .ifPresent(rule ->
                                    node.put("commitRule", rule.rule().kind().name()));
                }));
        return state.toString();
    }
}
