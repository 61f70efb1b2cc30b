package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Orders a reading of the platform among the actions of a center; it is issued before the reading begins. Immutable.
 *
 * @param value its place in the order, 1 or more
 */
public record ReadingToken(long value) {
    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public ReadingToken {
        checkArgument(value >= 1, "a reading token must be 1 or more: %s", value);
    }
}
