package io.vmha.model;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import org.jspecify.annotations.Nullable;

/**
 * Names what a virtual machine is for; machines of one type can serve for one another.
 *
 * <p>1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 * characters, line separators or halves of characters. Compared by code unit. Immutable.
 */
public final class VmType implements Comparable<VmType> {
    // There are few types and many machines: with one object for each name, a comparison rarely looks into it.
    private static final Interner<VmType> KNOWN = Interners.newWeakInterner();

    /** An application server; the sessions of a group of them are replicated and sticky. */
    public static final VmType MIDDLEWARE = of("MIDDLEWARE");

    /** A database server: a single-writer role, so that it is confirmed off before it is replaced. */
    public static final VmType DATABASE = of("DATABASE");

    private final String value;
    // As in VmId: a key of every look for a candidate.
    private final int hash;

    private VmType(String value) {
        this.value = Ids.checked("VM type", value);
        this.hash = this.value.hashCode();
    }

    /**
     * Returns the type with the given name.
     *
     * @throws IllegalArgumentException if the name is blank, too long or has other characters
     */
    public static VmType of(String value) {
        return KNOWN.intern(new VmType(value));
    }

    /** The name. */
    public String value() {
        return value;
    }

    @Override
    public int compareTo(VmType other) {
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof VmType that && hash == that.hash && value.equals(that.value));
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
