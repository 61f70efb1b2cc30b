package io.vmha.adapter.fence;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The options of an agent, as it reads them: one {@code name=value} a line. Stateless. */
final class AgentOptions {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final int MOST_BYTES_OF_A_CHAR = 3;
    private static final Set<String> ONES_OWN = Set.of("action", "option", "nodename", "quiet");
    private static final Set<String> TELL_TALE = Set.of("debug", "debug_file", "verbose", "verbose_level");
    private static final Set<String> SECRET = Set.of("password", "passwd", "snmp_priv_passwd");

    private AgentOptions() {}

    /** Refuses what cannot be the name of an option, and what is the device's own to set. */
    static void checkName(String name) {
        checkArgument(
                NAME.matcher(name).matches(), "option must be of a-z, 0-9, _ and -, and begin with a-z: %s", name);
        checkArgument(!ONES_OWN.contains(name.replace('-', '_')), "option %s is set by the device itself", name);
    }

    /** Refuses what is not an operator's to choose, and what an agent would not read as it is. */
    static void check(String name, String value) {
        checkName(name);
        String plain = name.replace('-', '_');
        checkArgument(!TELL_TALE.contains(plain), "option %s would have the agent write secrets into logs", name);
        checkArgument(!SECRET.contains(plain), "option %s is secret: it belongs to the credentials", name);
        checkArgument(
                value.chars().noneMatch(Character::isISOControl),
                "the value of option %s must not hold control characters",
                name);
        checkArgument(
                value.equals(value.strip()) && !(value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")),
                "the value of option %s must not begin or end with a space, or stand in double quotes",
                name);
    }

    /** Returns the lines as UTF-8; the caller overwrites them after use. */
    static byte[] lines(Map<String, String> options, FenceCredentials credentials) {
        StringBuilder plain = new StringBuilder();
        options.forEach(
                (name, value) -> plain.append(name).append('=').append(value).append('\n'));
        CharBuffer lines = credentials.linesAfter(plain.toString());
        ByteBuffer encoded = ByteBuffer.allocate(lines.remaining() * MOST_BYTES_OF_A_CHAR);
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(lines, encoded, true);
        byte[] bytes = Arrays.copyOf(encoded.array(), encoded.position());
        Arrays.fill(encoded.array(), (byte) 0);
        Arrays.fill(lines.array(), '\0');
        return bytes;
    }
}
