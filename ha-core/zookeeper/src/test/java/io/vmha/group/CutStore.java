package io.vmha.group;

import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A client whose connection can be cut, which it notices or does not. Thread-safe as the client is.
 *
 * <p>A commit that is under way when it is cut is made, and its answer is lost.
 */
final class CutStore implements CoordinationStore {
    private final CoordinationStore real;
    private final boolean notices;
    private volatile boolean isCut;
    private volatile long cuts;

    CutStore(CoordinationStore real, boolean notices) {
        this.real = real;
        this.notices = notices;
    }

    /** Cuts it until the handle is closed; one cut at a time. */
    AutoCloseable cut() {
        isCut = true;
        if (notices) {
            long before = cuts;
            cuts = before + 1;
        }
        return () -> isCut = false;
    }

    private void requireConnection() {
        if (isCut) {
            throw new StoreException.Unavailable("cut off on purpose", null);
        }
    }

    private <T> T answered(T answer) {
        requireConnection();
        return answer;
    }

    @Override
    public Optional<Stored> read(String key) {
        requireConnection();
        return answered(real.read(key));
    }

    @Override
    public Map<String, Stored> readAll(List<String> keys) {
        requireConnection();
        return answered(real.readAll(keys));
    }

    @Override
    public List<String> children(String key) {
        requireConnection();
        return answered(real.children(key));
    }

    @Override
    public void commit(List<Change> changes) {
        requireConnection();
        real.commit(changes);
        requireConnection();
    }

    @Override
    public int maxBytes() {
        return real.maxBytes();
    }

    @Override
    public long interruptions() {
        return real.interruptions() + cuts;
    }

    @Override
    public boolean isConnected() {
        return real.isConnected() && !(isCut && notices);
    }

    @Override
    public void close() {
        real.close();
    }
}
