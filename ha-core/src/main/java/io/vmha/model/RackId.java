package io.vmha.model;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import org.jspecify.annotations.Nullable;

/**
 * Names a failure domain: hosts of one rack are expected to fail together.
 *
 * <p>1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 * characters, line separators or halves of characters. Compared by code unit. Immutable.
 */
public final class RackId implements Comparable<RackId> {
    // As in VmType: there are few racks, and each look at a candidate compares two.
    private static final Interner<RackId> KNOWN = Interners.newWeakInterner();

    private final String value;

    private RackId(String value) {
        this.value = Ids.checked("rack id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public static RackId of(String value) {
        return KNOWN.intern(new RackId(value));
    }

    /** The name. */
    public String value() {
        return value;
    }

    @Override
    public int compareTo(RackId other) {
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof RackId that && value.equals(that.value));
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
