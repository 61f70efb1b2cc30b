package io.vmha.sim;

/** Says that an invariant did not hold. An Error, so that nothing that catches exceptions can hide it. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final int invariant;

    Violation(int invariant, String what) {
        super("invariant " + invariant + ": " + what);
        this.invariant = invariant;
    }

    int invariant() {
        return invariant;
    }

    static void check(boolean holds, int invariant, String what) {
        if (!holds) {
            throw new Violation(invariant, what);
        }
    }
}
