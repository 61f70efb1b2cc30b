package io.vmha.model;

import org.jspecify.annotations.Nullable;

/**
 * Names one physical host in the inventory.
 *
 * <p>1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 * characters, line separators or halves of characters. Compared by code unit. Immutable.
 */
public final class HostId implements Comparable<HostId> {
    private final String value;
    // As in VmId: looked up and compared far more often than made.
    private final int hash;
    private final long prefix;
    private final boolean isWhole;

    private HostId(String value) {
        this.value = Ids.checked("host id", value);
        this.hash = this.value.hashCode();
        this.prefix = Ids.prefix(this.value);
        this.isWhole = Ids.isWhole(this.value, prefix);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public static HostId of(String value) {
        return new HostId(value);
    }

    /** The name itself. */
    public String value() {
        return value;
    }

    @Override
    public int compareTo(HostId other) {
        int byPrefix = Long.compareUnsigned(prefix, other.prefix);
        if (byPrefix != 0 || this == other || (isWhole && other.isWhole)) {
            return byPrefix;
        }
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof HostId that
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
