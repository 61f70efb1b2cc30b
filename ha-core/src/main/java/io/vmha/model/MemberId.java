package io.vmha.model;

/**
 * Names one member of a replica set: a database server with a copy of the data.
 *
 * <p>1 to 255 characters, not blank, no control characters; compared by code unit.
 */
public record MemberId(String value) implements Comparable<MemberId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public MemberId {
        Ids.check("member id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public static MemberId of(String value) {
        return new MemberId(value);
    }

    @Override
    public int compareTo(MemberId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
