package io.vmha.model;

/**
 * Names a set of databases that replicate one writer.
 *
 * <p>1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 * characters, line separators or halves of characters. Compared by code unit.
 */
public record ReplicaSetId(String value) implements Comparable<ReplicaSetId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public ReplicaSetId {
        value = Ids.checked("replica set id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public static ReplicaSetId of(String value) {
        return new ReplicaSetId(value);
    }

    @Override
    public int compareTo(ReplicaSetId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
