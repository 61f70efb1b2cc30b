package io.vmha.model;

import org.jspecify.annotations.Nullable;

/**
 * Names one virtual machine in the inventory; it stays the same when the machine is cloned anew.
 *
 * <p>1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 * characters, line separators or halves of characters. Compared by code unit. Immutable.
 */
public final class VmId implements Comparable<VmId> {
    private final String value;
    // Ids are looked up and put in order far more often than they are made: both mostly end here, without the
    // characters.
    private final int hash;
    private final long prefix;
    private final boolean isWhole;

    private VmId(String value) {
        this.value = Ids.checked("VM id", value);
        this.hash = this.value.hashCode();
        this.prefix = Ids.prefix(this.value);
        this.isWhole = Ids.isWhole(this.value, prefix);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public static VmId of(String value) {
        return new VmId(value);
    }

    /** The name. */
    public String value() {
        return value;
    }

    /** The beginning of the name as an unsigned number: a name with a lesser one comes earlier. */
    long prefix() {
        return prefix;
    }

    @Override
    public int compareTo(VmId other) {
        int byPrefix = Long.compareUnsigned(prefix, other.prefix);
        if (byPrefix != 0 || this == other || (isWhole && other.isWhole)) {
            return byPrefix;
        }
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof VmId that
                        && hash == that.hash
                        && prefix == that.prefix
                        && ((isWhole && that.isWhole) || value.equals(that.value)));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return value;
    }
}
