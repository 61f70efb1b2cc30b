package io.vmha.adapter.postgresql;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.RejoinMethod;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Has a member's server stopped, demoted or rewound on its host. Thread-safe. */
final class ServerScripts {
    private static final String SCRIPT = load();

    private ServerScripts() {}

    private static String load() {
        try (InputStream script =
                Objects.requireNonNull(ServerScripts.class.getResourceAsStream("member.sh"), "member.sh")) {
            return new String(script.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Restarts a server as a replica of another one, with its data as it is. */
    static void demote(PostgresMember member, PostgresMember source, CallContext call, Duration within) {
        run("demote", member, following(member, source, within), call, within);
    }

    /** Stops a server by force; it is a replica when it is started again. */
    static void fence(PostgresMember member, CallContext call, Duration within) {
        run("fence", member, control(member, within), call, within);
    }

    /** Makes a server a replica of another one, with that one's data. */
    static RejoinMethod rejoin(PostgresMember member, PostgresMember source, CallContext call, Duration within) {
        String printed = run("rejoin", member, following(member, source, within), call, within);
        Set<String> lines = Set.copyOf(printed.strip().lines().toList());
        for (RejoinMethod method : RejoinMethod.values()) {
            if (lines.contains(method.name())) {
                return method;
            }
        }
        throw new AdapterException.OutcomeUnknown(
                Cause.REFUSED, "database " + member.id() + ": its host did not say how it rejoined");
    }

    private static Map<String, String> following(PostgresMember member, PostgresMember source, Duration within) {
        String connection = server(source).connectionString();
        // In quotes within a configuration file a backslash and a quote are written twice.
        String line = connection + " application_name=" + member.replicaName();
        Map<String, String> values = control(member, within);
        values.put("source", connection);
        values.put("follow", "primary_conninfo = '" + line.replace("\\", "\\\\").replace("'", "''") + "'");
        return values;
    }

    private static Map<String, String> control(PostgresMember member, Duration within) {
        PostgresServer server = server(member);
        Map<String, String> values = new LinkedHashMap<>();
        values.put("bin", server.programs());
        values.put("data", server.dataDirectory());
        values.put("start", server.startCommand());
        values.put("stop", server.stopCommand());
        values.put("keep", String.join("\n", server.ownFiles()));
        // Two of them may follow each other.
        values.put("wait", Long.toString(Math.max(1, within.toSeconds() / 2)));
        return values;
    }

    static PostgresServer server(PostgresMember member) {
        return member.server()
                .orElseThrow(() -> new AdapterException.Permanent(
                        Cause.UNSUPPORTED,
                        "database " + member.id() + ": how to control its server is not configured"));
    }

    private static String run(
            String action, PostgresMember member, Map<String, String> values, CallContext call, Duration within) {
        StringBuilder script = new StringBuilder("action=").append(action).append('\n');
        values.forEach((name, value) ->
                script.append(name).append('=').append(quoted(value)).append('\n'));
        CallContext timed = call.atMost(within);
        try {
            return server(member).shell().run(script.append(SCRIPT).toString(), timed);
        } catch (AdapterException failed) {
            throw failed;
        } catch (RuntimeException unexpected) {
            throw PostgresErrors.unknownOutcome(member.id(), "its host was asked to " + action, unexpected);
        }
    }

    static String quoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }
}
