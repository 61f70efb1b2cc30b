package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** One connection of a {@link ReportServer}: from bytes to requests, and from answers to bytes. Confined to the server's loop. */
final class ReportConnection {
    private static final byte[] GO_ON = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);
    private static final int PREFIX_BYTES = 8;

    /** What a connection needs next. */
    enum Step {
        /** More bytes of its sender. */
        READ,
        /** Room to send to it. */
        WRITE,
        /** What {@link #task} gives is worked out. */
        TASK,
        /** What {@link #request} gives is answered. */
        ANSWER,
        /** Nothing more: it is to be closed. */
        END
    }

    private final String source;
    private final SelectionKey key;
    private final Transport transport;
    private final HttpRequestReader reader = new HttpRequestReader();
    private Optional<HttpRequestReader.Request> request = Optional.empty();
    private Optional<Runnable> task = Optional.empty();
    private boolean endsAfterWriting;

    ReportConnection(String source, SelectionKey key, Transport transport) {
        this.source = source;
        this.key = key;
        this.transport = transport;
    }

    /** Who is told apart by address: whoever has an IPv6 address has 2^64 of them. */
    static String source(InetAddress address) {
        if (address instanceof Inet6Address) {
            return HexFormat.ofDelimiter(":").formatHex(Arrays.copyOf(address.getAddress(), PREFIX_BYTES)) + "::/64";
        }
        return address.getHostAddress();
    }

    String source() {
        return source;
    }

    SelectionKey key() {
        return key;
    }

    /** Whether a request has begun to come. */
    boolean hasBegun() {
        return reader.hasBegun();
    }

    /** Goes on as far as it can without waiting. */
    Step advance() throws IOException {
        if (!transport.flush()) {
            return Step.WRITE;
        }
        if (endsAfterWriting) {
            return Step.END;
        }
        try {
            while (true) {
                request = reader.next();
                if (request.isPresent()) {
                    return Step.ANSWER;
                }
                if (reader.mustAskToGoOn()) {
                    transport.write(ByteBuffer.wrap(GO_ON));
                }
                int read = read();
                if (read <= 0) {
                    return read < 0 ? Step.END : waiting();
                }
            }
        } catch (HttpRequestReader.BadRequestException bad) {
            return answer(bad.status(), false, Map.of());
        }
    }

    private int read() throws IOException {
        ByteBuffer room = reader.room();
        int read = transport.read(room);
        if (read > 0) {
            reader.added(read);
        }
        return read;
    }

    private Step waiting() throws IOException {
        task = transport.task();
        if (task.isPresent()) {
            return Step.TASK;
        }
        return transport.flush() ? Step.READ : Step.WRITE;
    }

    /** The request that has come. */
    HttpRequestReader.Request request() {
        return request.orElseThrow();
    }

    /** What is to be worked out. */
    Runnable task() {
        return task.orElseThrow();
    }

    /** Answers; returns what is needed next. */
    Step answer(int status, boolean keepsAlive, Map<String, String> headers) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" -\r\nContent-Length: 0\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append(keepsAlive ? "\r\n" : "Connection: close\r\n\r\n");
        endsAfterWriting = !keepsAlive;
        transport.write(ByteBuffer.wrap(head.toString().getBytes(US_ASCII)));
        if (!transport.flush()) {
            return Step.WRITE;
        }
        return endsAfterWriting ? Step.END : Step.READ;
    }

    void close() {
        key.cancel();
        try {
            transport.close();
        } catch (IOException | RuntimeException gone) {
            // It is of no use any more in any case.
        }
    }
}
