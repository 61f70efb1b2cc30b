package io.vmha.model;

/**
 * Names a failure domain: hosts of one rack are expected to fail together.
 *
 * <p>1 to 255 characters, not blank, no control characters; compared by code unit.
 */
public record RackId(String value) implements Comparable<RackId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public RackId {
        Ids.check("rack id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public static RackId of(String value) {
        return new RackId(value);
    }

    @Override
    public int compareTo(RackId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
