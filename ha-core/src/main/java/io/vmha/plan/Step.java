package io.vmha.plan;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSortedSet;
import java.util.SortedSet;

/**
 * An action in its place in a plan.
 *
 * @param number its number in the plan, 0 or more, counting up
 * @param action what is to be done
 * @param after the numbers of the steps that must be done before it may start; all are smaller than its own
 */
public record Step(int number, Action action, SortedSet<Integer> after) {

    /**
     * Checks the numbers and copies the set.
     *
     * @throws IllegalArgumentException if the number is negative, or the step waits for itself, a later one or a negative
     *     one
     */
    public Step {
        checkArgument(number >= 0, "step number must be 0 or more: %s", number);
        after = ImmutableSortedSet.copyOf(after);
        checkArgument(
                after.isEmpty() || (after.first() >= 0 && after.last() < number),
                "step %s can only wait for earlier steps: %s",
                number,
                after);
    }
}
