package io.vmha.journal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * Records by key in one file of H2's MVStore. What was put and removed is there after a crash once {@link #commit} returned,
 * and not at all before. A sum over all records is kept with them, so that a record that was changed, lost or brought back
 * is seen. Not thread-safe.
 */
final class JournalStore implements KeyedRecords, AutoCloseable {
    /** The version of the file's format that is written, and the only one that is read. */
    static final long FORMAT = 3;

    private static final String HEAD = "";
    private static final int RETENTION_MILLIS = 1_000;
    private static final int COMMITS_BETWEEN_COMPACTIONS = 256;
    private static final int COMPACTED_AT_ONCE = 4 << 20;
    private static final int WANTED_FILL_PERCENT = 50;
    /** Enough that what one commit leaves is used by another. */
    private static final int REHEARSED = 3;
    /** In a rehearsal every part of the file is moved. */
    private static final int COMPACTED = 100;

    private final MVStore store;
    private final MVMap<String, byte[]> records;
    private long write;
    private long epoch;
    private long lastPlan;
    private long sum;

    private JournalStore(MVStore store) {
        this.store = store;
        this.records = store.openMap(
                "journal",
                new MVMap.Builder<String, byte[]>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
        readHead();
    }

    /** Opens the file to be looked at; nothing is written to it. */
    static JournalStore toRead(String file) {
        return open(new MVStore.Builder().fileName(file).readOnly());
    }

    /** Opens the file, or a new one. */
    static JournalStore toWrite(String file) {
        JournalStore opened = open(new MVStore.Builder().fileName(file).autoCommitDisabled());
        // Every commit is forced to the disk, so that what it replaced need not be kept until the system would do so.
        opened.store.setRetentionTime(RETENTION_MILLIS);
        opened.store.setVersionsToKeep(0);
        return opened;
    }

    /**
     * Does with a copy in memory what may ever be done with the file, since some damage of the file's layout shows only in a write.
     * Throws what that throws; the file is not touched.
     */
    static void rehearse(byte[] content) {
        MemoryCopy copy = new MemoryCopy(content);
        try (JournalStore opened =
                open(new MVStore.Builder().adoptFileStore(copy).autoCommitDisabled())) {
            opened.store.setRetentionTime(0);
            opened.store.setVersionsToKeep(0);
            for (int round = 0; round < REHEARSED; round++) {
                opened.rewrite();
                opened.commit();
                opened.store.compact(COMPACTED, COMPACTED_AT_ONCE);
            }
            opened.checkSum();
        }
    }

    private static JournalStore open(MVStore.Builder builder) {
        MVStore store = builder.open();
        try {
            return new JournalStore(store);
        } catch (RuntimeException unusable) {
            store.closeImmediately();
            throw unusable;
        }
    }

    private void readHead() {
        byte[] head = records.get(HEAD);
        if (head == null) {
            checkArgument(records.isEmpty(), "has records, but does not say of which format");
            return;
        }
        ValueInput in = new ValueInput(head);
        long format = in.number();
        checkArgument(
                format == FORMAT,
                "is of format version %s; this center knows version %s only: end what is open with the release that"
                        + " wrote it",
                format,
                FORMAT);
        write = in.number();
        epoch = in.number();
        lastPlan = in.number();
        sum = in.number() - headHash();
    }

    /** What is said of all records is a part of the sum, so that it is not believed either where it was changed. */
    private long headHash() {
        return Hashing.farmHashFingerprint64()
                .newHasher()
                .putLong(write)
                .putLong(epoch)
                .putLong(lastPlan)
                .hash()
                .asLong();
    }

    /** Throws an {@link IllegalArgumentException} unless all records are what was written. */
    void checkSum() {
        long found = 0;
        for (Cursor<String, byte[]> at = records.cursor(HEAD); at.hasNext(); ) {
            String key = at.next();
            found += key.equals(HEAD) ? 0 : hash(key, at.getValue());
        }
        checkArgument(found == sum, "is damaged: its records do not add up to what was written");
    }

    private static long hash(String key, byte[] value) {
        return Hashing.farmHashFingerprint64()
                .newHasher()
                .putString(key, StandardCharsets.UTF_8)
                .putByte((byte) 0)
                .putBytes(value)
                .hash()
                .asLong();
    }

    /** The number of the last write. */
    long write() {
        return write;
    }

    long epoch() {
        return epoch;
    }

    void epoch(long leader) {
        epoch = leader;
    }

    @Override
    public long lastPlan() {
        return lastPlan;
    }

    @Override
    public void planNumbered(long plan) {
        lastPlan = Math.max(lastPlan, plan);
    }

    @Override
    public Optional<byte[]> get(String key) {
        return Optional.ofNullable(records.get(key));
    }

    @Override
    public boolean contains(String key) {
        return records.containsKey(key);
    }

    @Override
    public void put(String key, byte[] value) {
        byte[] before = records.put(key, value);
        sum += hash(key, value) - (before == null ? 0 : hash(key, before));
    }

    @Override
    public void remove(String key) {
        byte[] before = records.remove(key);
        sum -= before == null ? 0 : hash(key, before);
    }

    @Override
    public Iterator<String> keys(String from) {
        return records.keyIterator(from);
    }

    /** Brings everything since the last commit onto the disk. */
    void commit() {
        write++;
        records.put(
                HEAD,
                new ValueOutput()
                        .number(FORMAT)
                        .number(write)
                        .number(epoch)
                        .number(lastPlan)
                        .number(sum + headHash())
                        .bytes());
        store.commit();
        store.sync();
        if (write % COMMITS_BETWEEN_COMPACTIONS == 0) {
            store.compact(WANTED_FILL_PERCENT, COMPACTED_AT_ONCE);
        }
    }

    /** Writes every record anew with the next commit: what is read now may be in the system's memory alone. */
    void rewrite() {
        for (Cursor<String, byte[]> at = records.cursor(HEAD); at.hasNext(); ) {
            records.put(at.next(), at.getValue());
        }
    }

    /** Closes the file; what was not committed is forgotten. */
    @Override
    public void close() {
        store.closeImmediately();
    }
}
