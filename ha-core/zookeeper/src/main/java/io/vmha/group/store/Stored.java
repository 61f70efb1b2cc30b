package io.vmha.group.store;

import java.nio.charset.StandardCharsets;

/** A value as a store has it, and its version. Immutable. */
public final class Stored {
    private final byte[] value;
    private final long version;

    /** Makes one; the bytes are copied. */
    public Stored(byte[] value, long version) {
        this.value = value.clone();
        this.version = version;
    }

    /** A copy of its bytes. */
    public byte[] value() {
        return value.clone();
    }

    /** Its bytes as UTF-8. */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    /** Its version: not the one of the value that the key had before. */
    public long version() {
        return version;
    }

    @Override
    public String toString() {
        return value.length + " bytes, version " + version;
    }
}
