package io.vmha.adapter.haproxy;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * HAProxy's socket: a connection for each command, which HAProxy closes after its answer. Immutable and thread-safe.
 *
 * <p>Throws {@link AdapterException.Transient} where the command was not sent, {@link AdapterException.OutcomeUnknown} after that.
 */
final class RuntimeSocket implements RuntimeApi.Connection {
    private final Path socket;

    RuntimeSocket(Path socket) {
        this.socket = socket;
    }

    @Override
    public String ask(String command, int most, long deadlineNanos) {
        ByteBuffer request = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII));
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            // A stopped process accepts nothing, and a connection that blocked would wait for it for ever.
            channel.configureBlocking(false);
            boolean connected = channel.connect(UnixDomainSocketAddress.of(socket)) || channel.finishConnect();
            if (!connected) {
                throw new IOException("its queue of connections is full");
            }
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            while (request.hasRemaining()) {
                await(selector, command, request.position() > 0, deadlineNanos);
                channel.write(request);
            }
            key.interestOps(SelectionKey.OP_READ);
            return answer(channel, selector, command, most, deadlineNanos);
        } catch (IOException e) {
            throw brokenOff(command, request.position() > 0, e);
        }
    }

    private AdapterException brokenOff(String command, boolean isSent, IOException e) {
        return isSent
                ? new AdapterException.OutcomeUnknown(
                        Cause.UNREACHABLE,
                        "HAProxy at " + socket + " broke off at \"" + command + "\": " + e.getMessage(),
                        e)
                : new AdapterException.Transient(
                        Cause.UNREACHABLE, "HAProxy does not answer at " + socket + ": " + e.getMessage(), e);
    }

    private static String answer(SocketChannel channel, Selector selector, String command, int most, long deadlineNanos)
            throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(16_384);
        while (true) {
            await(selector, command, true, deadlineNanos);
            int read = channel.read(part.clear());
            if (read < 0) {
                return answer.toString(StandardCharsets.UTF_8);
            }
            answer.write(part.array(), 0, read);
            if (answer.size() > most) {
                throw new IOException("an answer of more than " + most + " bytes");
            }
        }
    }

    private static void await(Selector selector, String command, boolean isSent, long deadlineNanos)
            throws IOException {
        while (true) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                String late = "HAProxy did not answer \"" + command + "\" in time";
                throw isSent
                        ? new AdapterException.OutcomeUnknown(Cause.TIMEOUT, late)
                        : new AdapterException.Transient(Cause.TIMEOUT, late);
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
