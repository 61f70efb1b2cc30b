package io.vmha.plan;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Numbers a plan within one management center, in the order in which they were made.
 *
 * @param value 1 or more
 */
public record PlanId(long value) implements Comparable<PlanId> {

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public PlanId {
        checkArgument(value >= 1, "plan id must be 1 or more: %s", value);
    }

    @Override
    public int compareTo(PlanId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
