package io.vmha.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmha.model.ClusterRole;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Talks to the center, or to that of several instances which leads. Not thread-safe. */
final class CenterClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> addresses;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    CenterClient(List<String> addresses) {
        this.addresses = List.copyOf(addresses);
    }

    /**
     * A machine as the center knows it.
     *
     * @param host where it is
     * @param isServing whether it could serve
     * @param server which machine serves its requests
     * @param memoryMiB what it is allocated
     */
    record Vm(String host, boolean isServing, String server, int memoryMiB) {}

    /**
     * A database as the center last read it.
     *
     * @param role WRITER, REPLICA or UNKNOWN
     * @param standing whether its data is its set's
     * @param lag how far it is behind; empty where that is not known, or not meant
     * @param commitRule how commits are acknowledged by the one that writes; empty where that was never read
     */
    record Database(String role, String standing, Optional<Duration> lag, String commitRule) {
        /** Whether it follows the one that writes, no further behind than that. */
        boolean isWithin(Duration limit) {
            return role.equals("REPLICA")
                    && standing.equals("CURRENT")
                    && lag.filter(behind -> behind.compareTo(limit) <= 0).isPresent();
        }
    }

    /**
     * How the center is.
     *
     * @param openPlans how many plans have not come to their end
     * @param vms all machines, by name
     * @param databases all databases, by name
     */
    record State(int openPlans, Map<String, Vm> vms, Map<String, Database> databases) {
        /** Whether the plans have ended and each primary machine's requests go to one that serves. */
        boolean isSettled() {
            return openPlans == 0 && isServed();
        }

        /** Whether each primary machine's requests go to one that serves. */
        boolean isServed() {
            return Guest.ALL.stream()
                    .filter(guest -> guest.role() == ClusterRole.PRIMARY)
                    .map(guest -> vm(vm(guest.name()).server()))
                    .allMatch(Vm::isServing);
        }

        /** Whether each machine serves its own requests. */
        boolean isAsAtFirst() {
            return openPlans == 0
                    && vms.entrySet().stream()
                            .allMatch(entry -> entry.getValue().isServing()
                                    && entry.getValue().server().equals(entry.getKey()));
        }

        Vm vm(String name) {
            Vm vm = vms.get(name);
            if (vm == null) {
                throw new LabException("the center does not know " + name);
            }
            return vm;
        }

        Database database(String name) {
            Database database = databases.get(name);
            if (database == null) {
                throw new LabException("the center does not know the database " + name);
            }
            return database;
        }
    }

    State state() {
        JsonNode answer = ask("state");
        Map<String, Vm> vms = new LinkedHashMap<>();
        answer.get("vms")
                .forEach(vm -> vms.put(
                        vm.get("name").asText(),
                        new Vm(
                                vm.get("host").asText(),
                                vm.get("serving").asBoolean(),
                                vm.get("server").asText(),
                                vm.get("memoryMiB").asInt())));
        Map<String, Database> databases = new LinkedHashMap<>();
        answer.get("databases")
                .forEach(database -> databases.put(
                        database.get("name").asText(),
                        new Database(
                                database.get("role").asText(),
                                database.get("standing").asText(),
                                Optional.ofNullable(database.get("lagMillis"))
                                        .map(lag -> Duration.ofMillis(lag.asLong())),
                                database.path("commitRule").asText())));
        return new State(answer.get("openPlans").asInt(), vms, databases);
    }

    /** Tells it that hosts have power again. */
    void hostsAreBack() {
        ask("hosts-up");
    }

    /** Tells it that a machine may have its requests back. */
    void repaired(String vm) {
        ask("repaired?vm=" + vm);
    }

    /** Has it watch loads, or no longer. */
    void watchLoads(boolean on) {
        ask("loads?on=" + on);
    }

    /** Asks one after the other until one answers that leads. */
    private JsonNode ask(String what) {
        List<String> others = new ArrayList<>();
        for (String address : addresses) {
            try {
                HttpResponse<String> answer = ask(address, what);
                if (answer.statusCode() == CenterEndpoint.OK) {
                    return JSON.readTree(answer.body());
                }
                others.add(address + ": " + answer.body());
            } catch (JsonProcessingException e) {
                throw new LabException("the center answers no JSON: " + e.getOriginalMessage());
            } catch (IOException e) {
                others.add(address + ": " + e);
            }
        }
        throw new LabException("no center that leads answers: " + others);
    }

    /** What one of them says of itself. */
    Optional<String> askOne(String address, String what) {
        try {
            return Optional.of(ask(address, what).body());
        } catch (IOException silent) {
            return Optional.empty();
        }
    }

    private HttpResponse<String> ask(String address, String what) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + address + ":" + CenterEndpoint.PORT + "/" + what))
                .timeout(PATIENCE)
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while the center was asked");
        }
    }
}
