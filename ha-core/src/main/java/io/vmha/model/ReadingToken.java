package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Instant;

/**
 * Orders a reading of the platform among the actions of one center; it is issued before the reading begins. Each center has an order of
 * its own, so that a token of an earlier center says nothing to a later one. Immutable.
 *
 * @param epoch the epoch of the center that issued it, 0 or more
 * @param center when that center began, by its clock: a center that has no other beside it always has the same epoch
 * @param value its place in that center's order, 1 or more
 */
public record ReadingToken(long epoch, Instant center, long value) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the epoch is less than 0 or the value less than 1
     */
    public ReadingToken {
        checkArgument(epoch >= 0, "a reading token's epoch must be 0 or more: %s", epoch);
        checkArgument(value >= 1, "a reading token must be 1 or more: %s", value);
    }
}
