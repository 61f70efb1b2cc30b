package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * Decisions that one report led to, each made in sight of those before it.
 *
 * @param parts the decisions in the order in which they were made; none where the fault stops no machine
 */
public record DecisionBatch(List<SubjectDecision> parts) implements Decision {

    /** Copies the list. */
    public DecisionBatch {
        parts = ImmutableList.copyOf(parts);
    }

    /** A single decision stands for itself. */
    static Decision of(List<SubjectDecision> parts) {
        return parts.size() == 1 ? parts.get(0) : new DecisionBatch(parts);
    }

    @Override
    public DecisionBatch frozen() {
        return new DecisionBatch(parts.stream().map(SubjectDecision::frozen).toList());
    }
}
