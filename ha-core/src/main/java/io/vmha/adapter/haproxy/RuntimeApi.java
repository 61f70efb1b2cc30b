package io.vmha.adapter.haproxy;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.internal.PeerText;
import java.nio.file.Path;
import java.util.Locale;

/** Has a running HAProxy carry out commands, and understands its refusals. Immutable and thread-safe. */
final class RuntimeApi {
    /** A table that is longer is none of HAProxy's: 100,000 servers take about 10 MB. */
    private static final int MAX_TABLE = 16 << 20;
    /** What a command that changes something answers is a line. */
    private static final int MAX_REFUSAL = 65_536;

    /** Carries one command there and its answer back. Thread-safe. */
    @FunctionalInterface
    interface Connection {
        /** Returns the answer, of so many bytes at most, or throws an {@link AdapterException}. */
        String ask(String command, int mostBytes, long deadlineNanos);
    }

    private final Connection connection;

    RuntimeApi(Connection connection) {
        this.connection = connection;
    }

    /** Over HAProxy's socket. */
    static RuntimeApi at(Path socket) {
        return new RuntimeApi(new RuntimeSocket(socket));
    }

    /** Has HAProxy do something; it answers a refusal or nothing. */
    void execute(String command, long deadlineNanos) {
        String answer = connection.ask(command, MAX_REFUSAL, deadlineNanos).strip();
        if (!answer.isEmpty() && !answer.startsWith("[notice]")) {
            throw refused(command, answer);
        }
    }

    /** Returns the lines of a table, without its comments. */
    Iterable<String> read(String command, long deadlineNanos) {
        String answer = text(command, deadlineNanos);
        return () -> answer.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .iterator();
    }

    /** Returns what HAProxy tells, as it is. */
    String text(String command, long deadlineNanos) {
        String answer = connection.ask(command, MAX_TABLE, deadlineNanos);
        String first = answer.strip().toLowerCase(Locale.ROOT);
        if (first.startsWith("unknown") || first.startsWith("can't") || first.startsWith("permission")) {
            throw refused(command, answer.strip());
        }
        return answer;
    }

    private static AdapterException refused(String command, String answer) {
        Cause cause = answer.startsWith("Permission")
                ? Cause.NOT_PERMITTED
                : answer.startsWith("No such") || answer.startsWith("Unknown map") || answer.startsWith("Can't find")
                        ? Cause.UNKNOWN_SUBJECT
                        : Cause.REFUSED;
        return new AdapterException.Permanent(cause, "HAProxy refused \"" + command + "\": " + PeerText.quote(answer));
    }
}
