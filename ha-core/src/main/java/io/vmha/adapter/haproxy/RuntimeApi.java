package io.vmha.adapter.haproxy;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Asks a running HAProxy, one command and one connection at a time: it closes the connection after its answer. Immutable and
 * thread-safe.
 */
final class RuntimeApi {
    /** An answer that is longer is none of HAProxy's: 100,000 servers take about 10 MB. */
    private static final int MAX_ANSWER = 64 << 20;

    private final Path socket;

    RuntimeApi(Path socket) {
        this.socket = socket;
    }

    /** Has HAProxy do something; it answers a refusal or nothing. */
    void execute(String command, long deadlineNanos) {
        String answer = ask(command, deadlineNanos).strip();
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
        String answer = ask(command, deadlineNanos);
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
        return new AdapterException.Permanent(cause, "HAProxy refused \"" + command + "\": " + answer);
    }

    private String ask(String command, long deadlineNanos) {
        try (SocketChannel channel = connect();
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            ByteBuffer request = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII));
            while (request.hasRemaining()) {
                await(selector, command, deadlineNanos);
                channel.write(request);
            }
            key.interestOps(SelectionKey.OP_READ);
            return answer(channel, selector, command, deadlineNanos);
        } catch (IOException e) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.UNREACHABLE,
                    "HAProxy at " + socket + " broke off at \"" + command + "\": " + e.getMessage(),
                    e);
        }
    }

    private static String answer(SocketChannel channel, Selector selector, String command, long deadlineNanos)
            throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(16_384);
        while (true) {
            await(selector, command, deadlineNanos);
            int read = channel.read(part.clear());
            if (read < 0) {
                return answer.toString(StandardCharsets.UTF_8);
            }
            answer.write(part.array(), 0, read);
            if (answer.size() > MAX_ANSWER) {
                throw new IOException("an answer of more than " + MAX_ANSWER + " bytes");
            }
        }
    }

    private SocketChannel connect() {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new AdapterException.Transient(
                    Cause.UNREACHABLE, "HAProxy does not answer at " + socket + ": " + e.getMessage(), e);
        }
    }

    private static void await(Selector selector, String command, long deadlineNanos) throws IOException {
        while (true) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                throw new AdapterException.OutcomeUnknown(
                        Cause.TIMEOUT, "HAProxy did not answer \"" + command + "\" in time");
            }
            int ready = selector.select(Math.max(1, Duration.ofNanos(left).toMillis()));
            selector.selectedKeys().clear();
            if (ready > 0) {
                return;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new AdapterException.OutcomeUnknown(
                        Cause.TIMEOUT, "interrupted while HAProxy was asked \"" + command + "\"");
            }
        }
    }
}
