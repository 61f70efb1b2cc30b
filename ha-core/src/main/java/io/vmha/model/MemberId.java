package io.vmha.model;

/**
 * Names one member of a replica set: a database server with a copy of the data.
 *
 * <p>1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 * characters, line separators or halves of characters. Compared by code unit.
 */
public record MemberId(String value) implements Comparable<MemberId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public MemberId {
        value = Ids.checked("member id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
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
