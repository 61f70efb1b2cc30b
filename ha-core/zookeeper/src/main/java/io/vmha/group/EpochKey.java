package io.vmha.group;

import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import java.util.Optional;

/** The key that holds the latest epoch: it only grows, and every write of a leader checks that it is still the leader's. */
final class EpochKey {
    private static final int MAX_DIGITS = 18;

    private final CoordinationStore store;
    private final String key;

    EpochKey(CoordinationStore store, String folder) {
        this.store = store;
        this.key = folder + "/epoch";
    }

    /**
     * The latest epoch.
     *
     * @param epoch which
     * @param version of the key; the epoch is the latest as long as that is the same
     */
    record Latest(long epoch, long version) {}

    Optional<Latest> read() {
        return store.read(key).map(this::latest);
    }

    private Latest latest(Stored stored) {
        String text = stored.text();
        boolean isNumber = !text.isEmpty()
                && text.length() <= MAX_DIGITS
                && text.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        if (!isNumber) {
            throw new StoreException.Refused(key + " holds no epoch: it is somebody else's, or was changed", null);
        }
        return new Latest(Long.parseLong(text), stored.version());
    }

    Change check(Latest latest) {
        return Change.check(key, latest.version());
    }

    /** The change that makes an epoch the latest. */
    Change next(Optional<Latest> before, long epoch) {
        byte[] value = Change.text(Long.toString(epoch));
        return before.map(latest -> Change.replace(key, latest.version(), value))
                .orElseGet(() -> Change.create(key, value));
    }
}
