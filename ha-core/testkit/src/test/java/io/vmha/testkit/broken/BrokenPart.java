package io.vmha.testkit.broken;

import java.util.function.UnaryOperator;

/**
 * A way to break a part.
 *
 * @param <T> what kind of part it is
 * @param name what is wrong with it
 * @param caughtBy the test of the contract that is there to find it
 * @param broken makes it of a part that keeps the contract
 */
record BrokenPart<T>(String name, String caughtBy, UnaryOperator<T> broken) {
    @Override
    public String toString() {
        return name;
    }
}
