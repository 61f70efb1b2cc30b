package io.vmha.policy;

import java.util.List;

/** What is to be done about a fault: one {@link SubjectDecision}, or several that belong together. Immutable. */
public sealed interface Decision permits SubjectDecision, DecisionBatch {

    /** The single decisions in the order in which they were made; none where the fault stops no machine. */
    List<SubjectDecision> parts();

    /** Returns the same decision with its explanations {@link Explanation#frozen frozen}, to be kept for long. */
    Decision frozen();
}
