package io.vmha.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How far a replica is behind its source.
 *
 * @param time the age of the oldest change that it has not applied, 0 or more; 0 where it has applied all there are
 * @param bytes how much of the source's log it has not applied, 0 or more
 * @param isSynchronous whether the source acknowledges a change only when the replica has it on its disk, so that none that
 *     was acknowledged can be lost; as last seen where the source does not answer
 */
public record ReplicationLag(Duration time, long bytes, boolean isSynchronous) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public ReplicationLag {
        checkArgument(!time.isNegative(), "replication lag must be 0 or more: %s", time);
        checkArgument(bytes >= 0, "replication lag must be 0 bytes or more: %s", bytes);
    }
}
