package io.vmha.journal;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.io.ByteArrayDataInput;
import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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

    private static final int REMOVED = -1;

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
        checkState(memory.before.isEmpty(), "the changes before are neither kept nor undone");
        memory.planBefore = memory.lastPlan;
        Records into = records.orElseGet(() -> new Records(memory));
        records = Optional.of(into);
        entries.forEach(into::write);
        Map<String, Optional<byte[]>> changed = new LinkedHashMap<>();
        memory.before.keySet().forEach(key -> changed.put(key, memory.get(key)));
        return bytes(changed);
    }

    /** Makes what the last call of {@link #write} changed final. */
    public void keep() {
        memory.before.clear();
    }

    /** Makes the table what it was before the last call of {@link #write}. */
    public void undo() {
        List<Map.Entry<String, Optional<byte[]>>> before = new ArrayList<>(memory.before.entrySet());
        before.forEach(entry -> memory.set(entry.getKey(), entry.getValue()));
        memory.lastPlan = memory.planBefore;
        memory.before.clear();
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
            Optional<byte[]> value = Optional.empty();
            if (length != REMOVED) {
                byte[] bytes = new byte[size(length, changes)];
                in.readFully(bytes);
                value = Optional.of(bytes);
            }
            memory.set(new String(key, StandardCharsets.UTF_8), value);
        }
    }

    private static int size(int size, byte[] all) {
        checkArgument(size >= 0 && size <= all.length, "a size of %s in %s bytes", size, all.length);
        return size;
    }

    /** The whole table as one change of an empty one. */
    public byte[] all() {
        Map<String, Optional<byte[]>> everything = new LinkedHashMap<>();
        memory.table.forEach((key, value) -> everything.put(key, Optional.of(value)));
        return bytes(everything);
    }

    private byte[] bytes(Map<String, Optional<byte[]>> changed) {
        ByteArrayDataOutput out = ByteStreams.newDataOutput();
        out.writeLong(memory.lastPlan);
        out.writeInt(changed.size());
        changed.forEach((key, value) -> {
            byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
            out.writeInt(value.map(bytes -> bytes.length).orElse(REMOVED));
            value.ifPresent(out::write);
        });
        return out.toByteArray();
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

    private static final class Memory implements KeyedRecords {
        private final TreeMap<String, byte[]> table = new TreeMap<>();
        private final Map<String, Optional<byte[]>> before = new LinkedHashMap<>();
        private long lastPlan;
        private long planBefore;
        private long size;

        private void set(String key, Optional<byte[]> value) {
            byte[] old = value.isPresent() ? table.put(key, value.get()) : table.remove(key);
            size -= old == null ? 0 : key.length() + old.length;
            size += value.map(bytes -> key.length() + bytes.length).orElse(0);
        }

        @Override
        public Optional<byte[]> get(String key) {
            return Optional.ofNullable(table.get(key));
        }

        @Override
        public boolean contains(String key) {
            return table.containsKey(key);
        }

        @Override
        public void put(String key, byte[] value) {
            before.putIfAbsent(key, get(key));
            set(key, Optional.of(value));
        }

        @Override
        public void remove(String key) {
            before.putIfAbsent(key, get(key));
            set(key, Optional.empty());
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
