package io.vmha.journal;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.io.ByteArrayDataInput;
import com.google.common.io.ByteStreams;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What journal entries come to, as records in memory: for a journal that keeps them somewhere else than in a file of its own. It turns
 * entries into changes of records, as bytes, and takes such bytes back; a table of the same changes in the same order is the same
 * table. What the bytes mean is this class's business alone, and {@link #FORMAT} is their version.
 *
 * <p>Not thread-safe.
 */
public final class RecordTable {
    /** The version of the format of the bytes. */
    public static final long FORMAT = JournalStore.FORMAT;

    private final Memory memory = new Memory();
    private Optional<Records> records = Optional.empty();

    /** Makes an empty table. */
    public RecordTable() {}

    /**
     * Writes entries into the table. What they change is to be {@linkplain #keep kept} or {@linkplain #undo undone} before the next
     * call.
     *
     * @return the changes, to be read by {@link #read}
     * @throws IllegalStateException if the changes of the call before are neither kept nor undone
     */
    public byte[] write(List<JournalEntry> entries) {
        checkState(memory.changes.isEmpty(), "the changes before are neither kept nor undone");
        memory.planBefore = memory.lastPlan;
        Records into = records.orElseGet(() -> new Records(memory));
        records = Optional.of(into);
        entries.forEach(into::write);
        RecordBytes bytes = new RecordBytes(memory.lastPlan);
        memory.changes.forEach((key, change) -> {
            // What came and went within these entries was never there.
            if (change.before != null || change.now != null) {
                bytes.add(key, change.now);
            }
        });
        return bytes.all();
    }

    /** Makes what the last call of {@link #write} changed final. */
    public void keep() {
        // A new map: one that was large once takes its time to be cleared for ever.
        memory.changes = new LinkedHashMap<>();
    }

    /** Makes the table what it was before the last call of {@link #write}. */
    public void undo() {
        memory.changes.forEach((key, change) -> {
            byte[] unused = memory.set(key, change.before);
        });
        memory.lastPlan = memory.planBefore;
        keep();
        records = Optional.empty();
    }

    /**
     * Adds changes that {@link #write} or {@link #all} returned. Where it throws, the table is not to be used any more.
     *
     * @throws RuntimeException if the bytes are no changes of this format
     */
    public void read(byte[] changes) {
        records = Optional.empty();
        ByteArrayDataInput in = ByteStreams.newDataInput(changes);
        memory.planNumbered(in.readLong());
        int count = size(in.readInt(), changes);
        for (int i = 0; i < count; i++) {
            byte[] key = new byte[size(in.readInt(), changes)];
            in.readFully(key);
            int length = in.readInt();
            byte[] value = null;
            if (length != RecordBytes.REMOVED) {
                value = new byte[size(length, changes)];
                in.readFully(value);
            }
            byte[] unused = memory.set(new String(key, StandardCharsets.UTF_8), value);
        }
    }

    private static int size(int size, byte[] all) {
        checkArgument(size >= 0 && size <= all.length, "a size of %s in %s bytes", size, all.length);
        return size;
    }

    /** The whole table as one change of an empty one. */
    public byte[] all() {
        RecordBytes bytes = new RecordBytes(memory.lastPlan);
        memory.table.forEach(bytes::add);
        return bytes.all();
    }

    /** How much it holds, in bytes of keys and values, 0 or more. */
    public long size() {
        return memory.size;
    }

    /**
     * What the entries come to.
     *
     * @throws RuntimeException if a record is no entry of this format
     */
    public JournalState state() {
        return new Records(memory).read();
    }

    /** What became of a key; null where it has no value. */
    private static final class Changed {
        private final byte @Nullable [] before;
        private byte @Nullable [] now;

        private Changed(byte @Nullable [] before, byte @Nullable [] now) {
            this.before = before;
            this.now = now;
        }
    }

    private static final class Memory implements KeyedRecords {
        private final TreeMap<String, byte[]> table = new TreeMap<>();
        /** What the last write changed; where a key is in it, that is quicker to look at than the table. */
        private Map<String, Changed> changes = new LinkedHashMap<>();

        private long lastPlan;
        private long planBefore;
        private long size;

        private byte @Nullable [] set(String key, byte @Nullable [] value) {
            byte[] old = value != null ? table.put(key, value) : table.remove(key);
            size -= old == null ? 0 : key.length() + old.length;
            size += value == null ? 0 : key.length() + value.length;
            return old;
        }

        private void change(String key, byte @Nullable [] value) {
            byte[] old = set(key, value);
            Changed known = changes.get(key);
            if (known == null) {
                changes.put(key, new Changed(old, value));
            } else {
                known.now = value;
            }
        }

        @Override
        public Optional<byte[]> get(String key) {
            Changed known = changes.get(key);
            return Optional.ofNullable(known != null ? known.now : table.get(key));
        }

        @Override
        public boolean contains(String key) {
            return get(key).isPresent();
        }

        @Override
        public void put(String key, byte[] value) {
            change(key, value);
        }

        @Override
        public void remove(String key) {
            change(key, null);
        }

        @Override
        public Iterator<String> keys(String from) {
            return table.tailMap(from, true).keySet().iterator();
        }

        @Override
        public long lastPlan() {
            return lastPlan;
        }

        @Override
        public void planNumbered(long plan) {
            lastPlan = Math.max(lastPlan, plan);
        }
    }
}
