package io.vmha.group.store;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A store in the memory of one process, for tests: it outlives its clients, but not its process.
 *
 * <p>Thread-safe: all state is guarded by this object's monitor.
 */
public final class InMemoryStore {
    private static final int MAX_BYTES = 900 << 10;

    private final TreeMap<String, Stored> values = new TreeMap<>();
    private long commits;

    /** Makes an empty store. */
    public InMemoryStore() {}

    /** Returns another client of it. */
    public CoordinationStore client() {
        return new Client(this);
    }

    private synchronized Optional<Stored> read(String key) {
        return Optional.ofNullable(values.get(key));
    }

    private synchronized List<String> children(String key) {
        String prefix = key + "/";
        TreeSet<String> names = new TreeSet<>();
        for (String found : values.tailMap(prefix, true).keySet()) {
            if (!found.startsWith(prefix)) {
                break;
            }
            int end = found.indexOf('/', prefix.length());
            names.add(found.substring(prefix.length(), end < 0 ? found.length() : end));
        }
        return ImmutableList.copyOf(names);
    }

    private synchronized void commit(List<Change> changes) {
        for (Change change : changes) {
            Stored now = values.get(change.key());
            boolean holds = switch (change.kind()) {
                case CREATE -> now == null;
                case DELETE -> now != null;
                case CHECK, REPLACE -> now != null && now.version() == change.version();
            };
            if (!holds) {
                throw new StoreException.Conflict("not as expected: " + change, null);
            }
        }
        commits++;
        for (Change change : changes) {
            switch (change.kind()) {
                case CHECK -> {}
                case CREATE, REPLACE -> values.put(change.key(), new Stored(change.value(), commits));
                case DELETE -> values.remove(change.key());
            }
        }
    }

    private static final class Client implements CoordinationStore {
        private final InMemoryStore store;
        private volatile boolean closed;

        private Client(InMemoryStore store) {
            this.store = store;
        }

        private InMemoryStore open() {
            if (closed) {
                throw new StoreException.Unavailable("the store's client is closed", null);
            }
            return store;
        }

        @Override
        public Optional<Stored> read(String key) {
            return open().read(Change.checkedKey(key));
        }

        @Override
        public Map<String, Stored> readAll(List<String> keys) {
            Map<String, Stored> found = new LinkedHashMap<>();
            keys.forEach(key -> read(key).ifPresent(value -> found.put(key, value)));
            return found;
        }

        @Override
        public List<String> children(String key) {
            return open().children(Change.checkedKey(key));
        }

        @Override
        public void commit(List<Change> changes) {
            open().commit(Change.checked(changes, MAX_BYTES));
        }

        @Override
        public int maxBytes() {
            return MAX_BYTES;
        }

        @Override
        public long interruptions() {
            return closed ? 1 : 0;
        }

        @Override
        public boolean isConnected() {
            return !closed;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
