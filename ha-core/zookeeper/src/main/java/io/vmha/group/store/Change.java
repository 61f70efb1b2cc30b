package io.vmha.group.store;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** One change of a commit, with its condition. Immutable. */
public final class Change {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._-]{1,100}(/[A-Za-z0-9._-]{1,100})*");
    private static final Pattern ONLY_DOTS = Pattern.compile("(^|.*/)\\.+(/.*|$)");

    /** What is done. */
    public enum Kind {
        /** Nothing: the key is to have this version. */
        CHECK,
        /** A value is made where the key has none. */
        CREATE,
        /** The value is replaced where it has this version. */
        REPLACE,
        /** The value is removed where there is one, whatever its version. */
        DELETE
    }

    private final Kind kind;
    private final String key;
    private final long version;
    private final byte[] value;

    private Change(Kind kind, String key, long version, byte[] value) {
        this.kind = kind;
        this.key = checkedKey(key);
        this.version = version;
        this.value = value.clone();
    }

    /** Nothing is changed, but the key is to have this version. */
    public static Change check(String key, long version) {
        return new Change(Kind.CHECK, key, version, new byte[0]);
    }

    /** A value for a key that has none. */
    public static Change create(String key, byte[] value) {
        notEmpty(key, value);
        return new Change(Kind.CREATE, key, 0, value);
    }

    /** Another value for a key that has this version. */
    public static Change replace(String key, long version, byte[] value) {
        notEmpty(key, value);
        return new Change(Kind.REPLACE, key, version, value);
    }

    /** No value any more for a key that has one. */
    public static Change delete(String key) {
        return new Change(Kind.DELETE, key, 0, new byte[0]);
    }

    private static void notEmpty(String key, byte[] value) {
        Preconditions.checkArgument(value.length > 0, "a value must not be empty: %s", key);
    }

    /** A text as the value of a change. */
    public static byte[] text(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    /** What is done. */
    public Kind kind() {
        return kind;
    }

    /** The key. */
    public String key() {
        return key;
    }

    /** The version that the key is to have; 0 where it is to have none, or any. */
    public long version() {
        return version;
    }

    /** A copy of the new value's bytes; empty where there is none. */
    public byte[] value() {
        return value.clone();
    }

    /**
     * Returns the key, if it is one.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static String checkedKey(String key) {
        Preconditions.checkArgument(
                KEY.matcher(key).matches() && !ONLY_DOTS.matcher(key).matches(),
                "key must be names of 1 to 100 letters, digits, dots, underscores and hyphens with slashes between them: %s",
                key);
        return key;
    }

    /**
     * Returns the changes of a commit, if they may be made together.
     *
     * @throws IllegalArgumentException if a key is in two changes, or the values are together larger than the limit in bytes
     */
    public static List<Change> checked(List<Change> changes, int maxBytes) {
        Set<String> keys = new HashSet<>();
        long bytes = 0;
        for (Change change : changes) {
            Preconditions.checkArgument(keys.add(change.key), "a key must not be in two changes: %s", change.key);
            bytes += change.value.length;
        }
        Preconditions.checkArgument(
                bytes <= maxBytes, "the values of a commit must not be larger than %s bytes: %s", maxBytes, bytes);
        return ImmutableList.copyOf(changes);
    }

    @Override
    public String toString() {
        return kind + " " + key + " (version " + version + ", " + value.length + " bytes)";
    }
}
