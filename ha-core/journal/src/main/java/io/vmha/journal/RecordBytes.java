package io.vmha.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes of a {@link RecordTable} as bytes, which are copied once. Not thread-safe; one for each use. */
final class RecordBytes {
    /** Stands for the length of a value where there is none any more. */
    static final int REMOVED = -1;

    private final long lastPlan;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte @Nullable []> values = new ArrayList<>();
    private int size = Long.BYTES + Integer.BYTES;

    RecordBytes(long lastPlan) {
        this.lastPlan = lastPlan;
    }

    /** Adds a key with its value, or with none where it is removed. */
    void add(String key, byte @Nullable [] value) {
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        keys.add(utf8);
        values.add(value);
        size = Math.addExact(size, 2 * Integer.BYTES + utf8.length + (value == null ? 0 : value.length));
    }

    byte[] all() {
        ByteBuffer out = ByteBuffer.allocate(size).putLong(lastPlan).putInt(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            byte[] value = values.get(i);
            out.putInt(key.length).put(key).putInt(value == null ? REMOVED : value.length);
            if (value != null) {
                out.put(value);
            }
        }
        return out.array();
    }
}
