package io.vmha.adapter.fence;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.CharBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The secret options of one call of an agent, such as its {@code password}. The device closes it after the call, which
 * overwrites the secrets. Not thread-safe.
 */
public final class FenceCredentials implements AutoCloseable {
    private static final FenceCredentials NONE = new FenceCredentials(Map.of());

    private final Map<String, char[]> secrets = new TreeMap<>();

    private FenceCredentials(Map<String, char[]> secrets) {
        secrets.forEach((option, secret) -> {
            AgentOptions.checkName(option);
            checkArgument(
                    isPassedOnUnchanged(secret),
                    "the secret option %s must not be empty, hold control characters, begin or end with a space, or stand"
                            + " in double quotes: agents would not read it as it is",
                    option);
            this.secrets.put(option, secret.clone());
        });
    }

    private static boolean isPassedOnUnchanged(char[] secret) {
        if (secret.length == 0) {
            return false;
        }
        for (char c : secret) {
            if (Character.isISOControl(c)) {
                return false;
            }
        }
        char first = secret[0];
        char last = secret[secret.length - 1];
        return !Character.isWhitespace(first)
                && !Character.isWhitespace(last)
                && !(secret.length > 1 && first == '"' && last == '"');
    }

    /**
     * The option {@code password} alone.
     *
     * @param password copied, so that the caller can clear its own
     * @throws IllegalArgumentException if an agent could not read it as it is; the message does not hold it
     */
    public static FenceCredentials password(char[] password) {
        return of(Map.of("password", password));
    }

    /**
     * Secret options by name.
     *
     * @param secrets copied, so that the caller can clear its own
     * @throws IllegalArgumentException if a name is not one of an option, or an agent could not read a secret as it is; the
     *     message does not hold the secret
     */
    public static FenceCredentials of(Map<String, char[]> secrets) {
        return new FenceCredentials(secrets);
    }

    /** No secret options: for agents that log in by a key file or not at all. */
    public static FenceCredentials none() {
        return NONE;
    }

    Collection<char[]> secrets() {
        return Collections.unmodifiableCollection(secrets.values());
    }

    /** Returns the given lines followed by one for each secret; the caller overwrites them after use. */
    CharBuffer linesAfter(String plain) {
        int length = plain.length();
        for (Map.Entry<String, char[]> entry : secrets.entrySet()) {
            length += entry.getKey().length() + entry.getValue().length + 2;
        }
        CharBuffer lines = CharBuffer.allocate(length).put(plain);
        secrets.forEach(
                (option, secret) -> lines.put(option).put('=').put(secret).put('\n'));
        return lines.flip();
    }

    /** Overwrites the secrets. */
    @Override
    public void close() {
        secrets.values().forEach(secret -> Arrays.fill(secret, '\0'));
    }

    /** The names of the options, and no secret. */
    @Override
    public String toString() {
        return "FenceCredentials" + secrets.keySet();
    }
}
