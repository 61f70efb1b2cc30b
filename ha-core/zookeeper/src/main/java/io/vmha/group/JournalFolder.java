package io.vmha.group;

import com.google.common.hash.Hashing;
import com.google.common.io.ByteArrayDataInput;
import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The journal's keys in a store. A document is of any size: where it does not fit into one value, its parts are written first, and it
 * is there once its own key is, which is the last to be written. Parts that were left without their document count for nothing.
 *
 * <p>Confined by its journal.
 */
final class JournalFolder {
    /** What a commit may need beside its largest value. */
    private static final int ROOM = 4 << 10;

    private static final String HEAD = "head";
    private static final int HEADER = Long.BYTES + Integer.BYTES + Long.BYTES;
    private static final int DELETED_AT_ONCE = 200;
    private static final int READ_AT_ONCE = 64;

    private final CoordinationStore store;
    private final String folder;
    private final Map<String, List<String>> inUse = new HashMap<>();

    JournalFolder(CoordinationStore store, String folder) {
        this.store = store;
        this.folder = folder;
    }

    private String key(String name) {
        return folder + "/" + name;
    }

    Optional<Stored> head() {
        return store.read(key(HEAD));
    }

    Change makeHead(String text) {
        return Change.create(key(HEAD), Change.text(text));
    }

    Change checkHead(Stored found) {
        return Change.check(key(HEAD), found.version());
    }

    Change replaceHead(Stored before, String text) {
        return Change.replace(key(HEAD), before.version(), Change.text(text));
    }

    void commit(List<Change> guard, List<Change> changes) {
        store.commit(Stream.concat(guard.stream(), changes.stream()).toList());
    }

    /**
     * Writes a document.
     *
     * @param guard what must hold for every commit that it takes but the last
     * @param with what must hold for the last one, or is changed with it
     */
    void write(String name, byte[] document, List<Change> guard, List<Change> with) {
        int most = store.maxBytes() - ROOM;
        boolean isWhole = document.length + HEADER <= most;
        int parts = isWhole ? 0 : (document.length + most - 1) / most;
        long id = ThreadLocalRandom.current().nextLong();
        List<String> keys = new ArrayList<>(List.of(name));
        for (int part = 0; part < parts; part++) {
            int from = part * most;
            byte[] bytes = Arrays.copyOfRange(document, from, Math.min(document.length, from + most));
            keys.add(part(name, id, part));
            commit(guard, List.of(Change.create(key(part(name, id, part)), bytes)));
        }
        ByteArrayDataOutput out = ByteStreams.newDataOutput();
        out.writeLong(id);
        out.writeInt(parts);
        out.writeLong(hash(document));
        if (isWhole) {
            out.write(document);
        }
        commit(with, List.of(Change.create(key(name), out.toByteArray())));
        inUse.put(name, keys);
    }

    private static String part(String name, long id, int part) {
        return name + "." + Long.toHexString(id) + "." + part;
    }

    private static long hash(byte[] document) {
        return Hashing.farmHashFingerprint64().hashBytes(document).asLong();
    }

    /**
     * Reads documents in order.
     *
     * @throws IllegalArgumentException if one is missing or is not what was written
     */
    List<byte[]> read(List<String> names) {
        List<byte[]> documents = new ArrayList<>();
        for (int from = 0; from < names.size(); from += READ_AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + READ_AT_ONCE));
            Map<String, Stored> found =
                    store.readAll(some.stream().map(this::key).toList());
            for (String name : some) {
                documents.add(document(name, Optional.ofNullable(found.get(key(name)))));
            }
        }
        return documents;
    }

    private byte[] document(String name, Optional<Stored> found) {
        byte[] value = found.map(Stored::value).orElseThrow(() -> damaged(name));
        if (value.length < HEADER) {
            throw damaged(name);
        }
        ByteArrayDataInput in = ByteStreams.newDataInput(value);
        long id = in.readLong();
        int parts = in.readInt();
        long hash = in.readLong();
        List<String> keys = new ArrayList<>(List.of(name));
        ByteArrayDataOutput out = ByteStreams.newDataOutput();
        out.write(value, HEADER, value.length - HEADER);
        for (int part = 0; part < parts; part++) {
            String partName = part(name, id, part);
            out.write(store.read(key(partName)).map(Stored::value).orElseThrow(() -> damaged(partName)));
            keys.add(partName);
        }
        inUse.put(name, keys);
        byte[] document = out.toByteArray();
        if (hash(document) != hash) {
            throw damaged(name);
        }
        return document;
    }

    private IllegalArgumentException damaged(String name) {
        return new IllegalArgumentException("is damaged: " + key(name) + " is missing or was changed");
    }

    List<String> names() {
        return store.children(folder);
    }

    /** Forgets which names are of documents that count. */
    void begin() {
        inUse.clear();
    }

    /** A document that does not count any more. */
    void drop(String name) {
        inUse.remove(name);
    }

    /** Removes every key that is not of a document that counts. */
    void sweep(List<Change> guard) {
        Set<String> used = new HashSet<>(List.of(HEAD));
        inUse.values().forEach(used::addAll);
        List<String> unused =
                names().stream().filter(name -> !used.contains(name)).toList();
        for (int from = 0; from < unused.size(); from += DELETED_AT_ONCE) {
            commit(
                    guard,
                    unused.subList(from, Math.min(unused.size(), from + DELETED_AT_ONCE)).stream()
                            .map(name -> Change.delete(key(name)))
                            .toList());
        }
    }
}
