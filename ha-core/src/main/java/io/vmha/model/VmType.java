package io.vmha.model;

/**
 * Names what a virtual machine is for; machines of one type can serve for one another.
 *
 * <p>1 to 255 characters, not blank, no control characters; compared by code unit.
 */
public record VmType(String value) implements Comparable<VmType> {

    /** An application server; the sessions of a group of them are replicated and sticky. */
    public static final VmType MIDDLEWARE = new VmType("MIDDLEWARE");

    /** A database server: a single-writer role, so that it is confirmed off before it is replaced. */
    public static final VmType DATABASE = new VmType("DATABASE");

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public VmType {
        Ids.check("VM type", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public static VmType of(String value) {
        return new VmType(value);
    }

    @Override
    public int compareTo(VmType other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
