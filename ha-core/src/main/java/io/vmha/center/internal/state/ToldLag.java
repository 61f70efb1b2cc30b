package io.vmha.center.internal.state;

import io.vmha.model.ReplicaLag;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What somebody told of how far a database is behind. Immutable.
 *
 * @param lag how far; empty where nobody knows
 * @param at when it was told; empty where an earlier center was told it
 * @param token the reading token then: readings that began before are older; 0 where an earlier center was told it
 */
record ToldLag(Optional<Duration> lag, Optional<Instant> at, long token) {
    /** What an earlier center was told. */
    static ToldLag before(Optional<Duration> lag) {
        return new ToldLag(lag, Optional.empty(), 0);
    }

    /** The same as if it were read from the database then; empty where nobody knows, or nobody knows as of when. */
    Optional<ReplicaLag.Known> asRead() {
        return lag.flatMap(time -> at.map(then -> {
            int bytes = time.isZero() ? 0 : 1;
            return new ReplicaLag.Known(bytes, bytes, time, then);
        }));
    }
}
