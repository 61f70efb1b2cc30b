package io.vmha.sim;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says that an invariant did not hold. An Error, so that nothing that catches exceptions can hide it; and since a center catches what
 * the code of others throws, the first one of a thread's simulation is kept besides.
 */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;
    private static final ThreadLocal<@Nullable Violation> FIRST = new ThreadLocal<>();

    private final int invariant;

    Violation(int invariant, String what) {
        super("invariant " + invariant + ": " + what);
        this.invariant = invariant;
        if (FIRST.get() == null) {
            FIRST.set(this);
        }
    }

    int invariant() {
        return invariant;
    }

    static void check(boolean holds, int invariant, Supplier<String> what) {
        if (!holds) {
            throw new Violation(invariant, what.get());
        }
    }

    /** A simulation begins on this thread. */
    static void forgetFirst() {
        FIRST.remove();
    }

    /** Throws the first one that was made on this thread since {@link #forgetFirst}, if there was one. */
    static void throwFirst() {
        Violation first = FIRST.get();
        if (first != null) {
            throw first;
        }
    }
}
