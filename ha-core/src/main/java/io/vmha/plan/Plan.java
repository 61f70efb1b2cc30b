package io.vmha.plan;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What will be done about a decision: actions, and which of them wait for which. Steps that do not wait for one another
 * may run at the same time. Immutable.
 *
 * @param id its number
 * @param steps the steps by number; a step waits for earlier ones only, so that there is no circle
 */
public record Plan(PlanId id, List<Step> steps) {

    /**
     * Copies the list and checks its numbers.
     *
     * @throws IllegalArgumentException if the steps are not numbered 0, 1, 2 and so on
     */
    public Plan {
        steps = ImmutableList.copyOf(steps);
        for (int i = 0; i < steps.size(); i++) {
            checkArgument(steps.get(i).number() == i, "plan %s: step %s stands at place %s", id, steps.get(i), i);
        }
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return steps.isEmpty();
    }

    /** A line for each step, for a person: what would run, and after which other steps. */
    public String toText() {
        return steps.stream().map(Plan::line).collect(Collectors.joining("\n", "plan " + id + "\n", ""));
    }

    /** The plan for Graphviz: a node for each step, an arrow from each step to those that wait for it. */
    public String toDot() {
        return PlanFormats.dot(this);
    }

    /** The plan for Mermaid: a node for each step, an arrow from each step to those that wait for it. */
    public String toMermaid() {
        return PlanFormats.mermaid(this);
    }

    /** The plan as one JSON object: {@code plan}, its number, and {@code steps}, each with what it is about and waits for. */
    public String toJson() {
        return PlanFormats.json(this);
    }

    private static String line(Step step) {
        String after = step.after().isEmpty()
                ? "at once"
                : "after " + step.after().stream().map(Object::toString).collect(Collectors.joining(", "));
        return String.format("  %d. %s (%s)", step.number(), step.action(), after);
    }
}
