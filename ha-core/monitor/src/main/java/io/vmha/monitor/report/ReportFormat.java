package io.vmha.monitor.report;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The form that a message has on the wire: version 2. A message has one form only, so that what is signed is what is read.
 *
 * <p>UTF-8 text of at most {@value #MAX_BYTES} bytes; eleven lines, in this order, each ended by a line feed (U+000A), without
 * anything else that could break a line or change how it is shown: control and format characters, line and paragraph separators
 * (the categories Cc, Cf, Zl and Zp of Unicode):
 *
 * <pre>{@code
 * vmha-report/2
 * to=NAME            the receiver that it is for: 1 to 64 of A-Z a-z 0-9 . _ -
 * vm=ID              the VM that speaks of itself: 1 to 255 characters, in Unicode's normalization form C
 * key=ID             the key that signs: 1 to 64 of A-Z a-z 0-9 . _ -
 * sequence=NUMBER    higher than in every earlier message with this key; no more than the microseconds of sent-at and the time window
 * sent-at=NUMBER     milliseconds since 1970-01-01T00:00:00Z
 * report=NUMBER      the report's number: the same in each try of it, higher than in earlier reports; bounded as sequence is
 * kind=KIND          HEARTBEAT, the name of a GuestFault, or ADVISORY/ and that name where nothing is to be done but to tell people
 * observed-at=NUMBER milliseconds since 1970-01-01T00:00:00Z
 * detail=TEXT        for people: at most 1024 bytes, may be empty
 * mac=HEX            64 lower-case hexadecimal digits
 * }</pre>
 *
 * A number has 1 to 18 decimal digits and no leading zero. The {@code mac} is HMAC-SHA256, by the key, of all bytes before the
 * line {@code mac=}. It is sent as the body of an HTTP {@code POST}. A receiver answers with a status and, where the sender may rely
 * on it, the header {@code Vmha-Answer}: HMAC-SHA256, by the same key, in 64 lower-case hexadecimal digits, of {@code
 * vmha-answer/2}, a line feed, the status in three digits, a line feed, and the 64 digits of the message's {@code mac}. With 200
 * a heartbeat was heard, or a report is written down; with 410 the report is stale; with 422 its VM is unknown yet. Any other
 * answer, and any without that header, means: not taken in.
 */
final class ReportFormat {
    /** The most bytes that a message may have. */
    static final int MAX_BYTES = 4096;

    static final int MAX_DETAIL_BYTES = 1024;
    static final String HEARTBEAT = "HEARTBEAT";
    private static final String ADVISORY = "ADVISORY/";

    private static final String VERSION = "vmha-report/2";
    private static final String ANSWER = "vmha-answer/2\n";
    private static final String MAC = "mac=";
    private static final int MAC_LENGTH = 64;
    private static final int TAIL = MAC.length() + MAC_LENGTH + 1;
    private static final int LINES = 10;
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");
    private static final Pattern MAC_LINE = Pattern.compile(MAC + "[0-9a-f]{64}\n");

    private ReportFormat() {}

    /**
     * A message as read, not yet verified.
     *
     * @param message what it says
     * @param mac its signature, in hexadecimal digits
     * @param signedLength how many of its first bytes are signed
     */
    record Read(ReportMessage message, String mac, int signedLength) {}

    /** Returns the message's bytes without the last line: those that are signed. */
    static byte[] unsigned(ReportMessage message) {
        return (VERSION + "\nto=" + message.receiver() + "\nvm=" + message.vm() + "\nkey=" + message.keyId()
                        + "\nsequence=" + message.sequence()
                        + "\nsent-at=" + message.sentAt().toEpochMilli() + "\nreport=" + message.report() + "\nkind="
                        + (message.isAdvisory() ? ADVISORY : "")
                        + message.kind().map(GuestFault::name).orElse(HEARTBEAT) + "\nobserved-at="
                        + message.observedAt().toEpochMilli() + "\ndetail=" + message.detail() + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the last line for a signature. */
    static String macLine(String mac) {
        return MAC + mac + "\n";
    }

    static String mac(ReportKey key, byte[] bytes, int length) {
        return HexFormat.of().formatHex(key.sign(bytes, length));
    }

    /** Returns the signature of an answer with that status to the message with that signature. */
    static String answer(ReportKey key, int status, String mac) {
        byte[] answer = (ANSWER + status + "\n" + mac).getBytes(StandardCharsets.US_ASCII);
        return mac(key, answer, answer.length);
    }

    /** Whether a character can be shown within a line, and changes nothing of how others are shown. */
    static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }

    /** Reads a message. Whatever the bytes are, it throws nothing but a refusal. */
    static Read read(byte[] bytes) throws RefusedException {
        if (bytes.length > MAX_BYTES) {
            throw new RefusedException(Refusal.OVERSIZED);
        }
        int signed = bytes.length - TAIL;
        require(signed > 0);
        String macLine = new String(bytes, signed, TAIL, StandardCharsets.ISO_8859_1);
        require(MAC_LINE.matcher(macLine).matches());
        Lines lines = new Lines(decode(bytes, signed));
        ReportMessage message = lines.message();
        return new Read(message, macLine.substring(MAC.length(), MAC.length() + MAC_LENGTH), signed);
    }

    private static String decode(byte[] bytes, int length) throws RefusedException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new RefusedException(Refusal.MALFORMED);
        }
    }

    private static void require(boolean holds) throws RefusedException {
        if (!holds) {
            throw new RefusedException(Refusal.MALFORMED);
        }
    }

    /** The lines of one message, read from the first to the last. Not thread-safe. */
    private static final class Lines {
        private final String[] lines;
        private int next;

        Lines(String text) throws RefusedException {
            // With a negative limit the empty end behind the last line feed counts too.
            lines = text.split("\n", -1);
            require(lines.length == LINES + 1 && lines[LINES].isEmpty());
            require(text.codePoints().allMatch(c -> c == '\n' || isPlain(c)));
        }

        ReportMessage message() throws RefusedException {
            require(lines[next++].equals(VERSION));
            String receiver = value("to=");
            require(ReportKey.isId(receiver));
            VmName vm = vm(value("vm="));
            String keyId = value("key=");
            require(ReportKey.isId(keyId));
            long sequence = number("sequence=");
            Instant sentAt = Instant.ofEpochMilli(number("sent-at="));
            long report = number("report=");
            String said = value("kind=");
            boolean isAdvisory = said.startsWith(ADVISORY);
            Optional<GuestFault> kind = kind(isAdvisory ? said.substring(ADVISORY.length()) : said);
            require(kind.isPresent() || !isAdvisory);
            Instant observedAt = Instant.ofEpochMilli(number("observed-at="));
            String detail = value("detail=");
            require(detail.getBytes(StandardCharsets.UTF_8).length <= MAX_DETAIL_BYTES);
            return new ReportMessage(
                    receiver, vm, keyId, sequence, sentAt, report, kind, isAdvisory, observedAt, detail);
        }

        private String value(String name) throws RefusedException {
            String line = lines[next++];
            require(line.startsWith(name));
            return line.substring(name.length());
        }

        private long number(String name) throws RefusedException {
            String digits = value(name);
            require(NUMBER.matcher(digits).matches());
            return Long.parseLong(digits);
        }

        private static VmName vm(String id) throws RefusedException {
            VmName vm;
            try {
                vm = VmName.of(id);
            } catch (IllegalArgumentException notAnId) {
                throw new RefusedException(Refusal.MALFORMED);
            }
            require(vm.value().equals(id));
            return vm;
        }

        private static Optional<GuestFault> kind(String name) throws RefusedException {
            if (name.equals(HEARTBEAT)) {
                return Optional.empty();
            }
            for (GuestFault kind : GuestFault.values()) {
                if (kind.name().equals(name)) {
                    return Optional.of(kind);
                }
            }
            throw new RefusedException(Refusal.MALFORMED);
        }
    }
}
