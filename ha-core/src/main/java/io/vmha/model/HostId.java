package io.vmha.model;

/**
 * Names one physical host in the inventory.
 *
 * <p>1 to 255 characters, not blank, no control characters; compared by code unit.
 */
public record HostId(String value) implements Comparable<HostId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public HostId {
        Ids.check("host id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public static HostId of(String value) {
        return new HostId(value);
    }

    @Override
    public int compareTo(HostId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
