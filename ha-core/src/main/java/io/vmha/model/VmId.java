package io.vmha.model;

/**
 * Names one virtual machine in the inventory; it stays the same when the machine is cloned anew.
 *
 * <p>1 to 255 characters, not blank, no control characters; compared by code unit.
 */
public record VmId(String value) implements Comparable<VmId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public VmId {
        Ids.check("VM id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public static VmId of(String value) {
        return new VmId(value);
    }

    @Override
    public int compareTo(VmId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
