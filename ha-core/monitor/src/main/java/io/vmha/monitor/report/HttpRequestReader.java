package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the requests of one connection, one after the other, from the bytes as they come: as much of HTTP/1.1 as a message
 * needs, with a body of a length that is known. Whatever could be read in two ways is refused. Not thread-safe.
 *
 * <p>Its buffer grows with what has come, and is given up between requests, so that connections without one hold little.
 */
final class HttpRequestReader {
    static final int MAX_HEAD_BYTES = 4096;

    private static final int FIRST_BYTES = 512;
    private static final int MAX_BYTES = MAX_HEAD_BYTES + ReportFormat.MAX_BYTES;
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern REQUEST_LINE = Pattern.compile("(" + TOKEN + ") ([\\x21-\\x7e]+) HTTP/1\\.([01])");
    private static final Pattern HEADER = Pattern.compile("(" + TOKEN + "):[ \\t]*([\\x20-\\x7e\\x80-\\xff\\t]*)");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");

    private byte[] bytes = NOTHING;
    private int count;
    private int searched;
    private Optional<Head> head = Optional.empty();
    private boolean askedToGoOn;

    /** A request. Immutable, as long as nobody writes to its body. */
    static final class Request {
        private final Head head;
        private final byte[] body;

        private Request(Head head, byte[] body) {
            this.head = head;
            this.body = body;
        }

        String method() {
            return head.method();
        }

        /** What it asks for. */
        String path() {
            return head.path();
        }

        /** Whether its sender keeps the connection for another. */
        boolean keepsAlive() {
            return head.keepsAlive();
        }

        byte[] body() {
            return body;
        }
    }

    private record Head(String method, String path, boolean keepsAlive, boolean waits, int headBytes, int bodyBytes) {}

    /** The bytes are no request that can be served; the connection is of no use any more. */
    static final class BadRequestException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        BadRequestException(int status) {
            super("status " + status, null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** Where the next bytes are to be put: has room for at least one while no request is whole. */
    ByteBuffer room() {
        if (count == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(MAX_BYTES, Math.max(FIRST_BYTES, bytes.length * 2)));
        }
        return ByteBuffer.wrap(bytes, count, bytes.length - count);
    }

    /** Takes note of how many bytes were put there. */
    void added(int number) {
        count += number;
    }

    /** Whether a request has begun to come. */
    boolean hasBegun() {
        return count > 0;
    }

    /** Whether the sender waits to be told that it may go on; true once for a request. */
    boolean mustAskToGoOn() {
        boolean waits = head.isPresent() && head.get().waits() && !askedToGoOn;
        askedToGoOn |= waits;
        return waits;
    }

    /**
     * Takes the request out that has come, if it has come whole.
     *
     * @throws BadRequestException if it is none
     */
    Optional<Request> next() throws BadRequestException {
        if (head.isEmpty()) {
            head = readHead();
        }
        if (head.isEmpty() || count < head.get().headBytes() + head.get().bodyBytes()) {
            return Optional.empty();
        }
        Head of = head.get();
        int end = of.headBytes() + of.bodyBytes();
        byte[] body = Arrays.copyOfRange(bytes, of.headBytes(), end);
        bytes = count == end ? NOTHING : Arrays.copyOfRange(bytes, end, count);
        count = bytes.length;
        searched = 0;
        head = Optional.empty();
        askedToGoOn = false;
        return Optional.of(new Request(of, body));
    }

    private Optional<Head> readHead() throws BadRequestException {
        while (searched + HEAD_END.length <= count) {
            if (Arrays.equals(bytes, searched, searched + HEAD_END.length, HEAD_END, 0, HEAD_END.length)) {
                return Optional.of(parse(new String(bytes, 0, searched, ISO_8859_1), searched + HEAD_END.length));
            }
            searched++;
            require(searched + HEAD_END.length <= MAX_HEAD_BYTES, 431);
        }
        return Optional.empty();
    }

    private static Head parse(String text, int length) throws BadRequestException {
        String[] lines = text.split("\r\n", -1);
        Matcher request = REQUEST_LINE.matcher(lines[0]);
        require(request.matches(), 400);
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            Matcher header = HEADER.matcher(lines[i]);
            require(header.matches(), 400);
            String name = header.group(1).toLowerCase(Locale.ROOT);
            String before = headers.put(name, header.group(2).strip());
            // A length that is given twice is how requests are smuggled.
            require(before == null || !name.equals("content-length"), 400);
        }
        require(!headers.containsKey("transfer-encoding"), 411);
        int body = bodyLength(request.group(1), headers.getOrDefault("content-length", ""));
        String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        boolean keepsAlive = request.group(3).equals("1") && !connection.contains("close");
        boolean waits = headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue");
        return new Head(request.group(1), request.group(2), keepsAlive, waits, length, body);
    }

    private static int bodyLength(String method, String length) throws BadRequestException {
        if (length.isEmpty()) {
            require(!method.equals("POST"), 411);
            return 0;
        }
        require(LENGTH.matcher(length).matches(), 400);
        int body = Integer.parseInt(length);
        require(body <= ReportFormat.MAX_BYTES, Refusal.OVERSIZED.status());
        return body;
    }

    private static void require(boolean holds, int status) throws BadRequestException {
        if (!holds) {
            throw new BadRequestException(status);
        }
    }
}
