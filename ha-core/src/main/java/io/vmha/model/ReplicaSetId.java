package io.vmha.model;

/**
 * Names a set of databases that replicate one writer.
 *
 * <p>1 to 255 characters, not blank, no control characters; compared by code unit.
 */
public record ReplicaSetId(String value) implements Comparable<ReplicaSetId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public ReplicaSetId {
        Ids.check("replica set id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
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
