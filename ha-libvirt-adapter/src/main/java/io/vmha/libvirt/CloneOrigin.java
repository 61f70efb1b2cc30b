package io.vmha.libvirt;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.util.List;

/**
 * The action that made a clone, by which the same action is told from another when it is asked for again. Immutable.
 *
 * @param plan the plan's number, 1 or more
 * @param step the action's number in its plan, 0 or more
 */
public record CloneOrigin(long plan, int step) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the plan is less than 1 or the step less than 0
     */
    public CloneOrigin {
        checkArgument(plan >= 1, "plan must be 1 or more: %s", plan);
        checkArgument(step >= 0, "step must be 0 or more: %s", step);
    }

    /**
     * Parses {@code plan/step}.
     *
     * @throws IllegalArgumentException if it is not two such numbers
     */
    public static CloneOrigin parse(String text) {
        List<String> parts = Splitter.on('/').splitToList(text);
        Long plan = parts.size() == 2 ? Longs.tryParse(parts.get(0)) : null;
        Integer step = parts.size() == 2 ? Ints.tryParse(parts.get(1)) : null;
        checkArgument(plan != null && step != null, "origin must be plan/step: %s", text);
        return new CloneOrigin(plan, step);
    }

    @Override
    public String toString() {
        return plan + "/" + step;
    }
}
