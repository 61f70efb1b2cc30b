package io.vmha.center.internal;

import com.google.common.collect.ImmutableList;
import io.vmha.adapter.Capability;
import io.vmha.center.internal.state.CenterState;
import io.vmha.fault.FaultSubject;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.Explanation;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of a policy's decision may be carried out: not what the platform cannot do, and nothing at all where the decision breaks a rule.
 * Keeps nothing; on the center's loop.
 */
final class SoundDecisions {
    private static final Logger LOG = LoggerFactory.getLogger(SoundDecisions.class);

    private final CenterLoop center;
    private final CenterState state;
    private final ChosenPolicies policies;

    SoundDecisions(CenterLoop center, ChosenPolicies policies) {
        this.center = center;
        this.state = center.state();
        this.policies = policies;
    }

    /** What a platform cannot do is not asked of it. */
    List<SubjectDecision> possible(List<SubjectDecision> parts) {
        Set<Capability> capabilities = center.capabilities();
        ImmutableList.Builder<SubjectDecision> possible = ImmutableList.builder();
        for (SubjectDecision part : parts) {
            Optional<Capability> needed = part instanceof SubjectDecision.Reclone
                    ? Optional.of(Capability.CLONE)
                    : part instanceof SubjectDecision.Migrate
                            ? Optional.of(Capability.LIVE_MIGRATION)
                            : Optional.empty();
            Optional<Capability> missing = needed.filter(capability -> !capabilities.contains(capability));
            possible.add(missing.<SubjectDecision>map(capability -> new SubjectDecision.Blocked(
                            part.subject(),
                            part.trigger(),
                            Reason.ACTION_FAILED,
                            Explanation.of(
                                    () -> "the platform lacks " + capability + ", which " + part.outcome() + " needs")))
                    .orElse(part));
        }
        return possible.build();
    }

    /** Returns a decision with what cannot be done blocked, and with all of it blocked where it is not valid. */
    List<SubjectDecision> checked(List<SubjectDecision> decided) {
        List<SubjectDecision> parts = possible(decided);
        List<String> wrong = policies.current().check().problems(state.inventory(), decisionOf(parts));
        if (wrong.isEmpty()) {
            return parts;
        }
        LOG.error("the policy's decision is refused: {}", wrong);
        String why = String.join("; ", wrong);
        ImmutableList.Builder<SubjectDecision> refused = ImmutableList.builder();
        Set<FaultSubject> told = new HashSet<>();
        for (SubjectDecision part : parts) {
            if (told.add(part.subject())) {
                refused.add(new SubjectDecision.Blocked(
                        part.subject(), part.trigger(), Reason.INVALID_DECISION, Explanation.of(() -> why)));
            }
        }
        return refused.build();
    }

    /** Several decisions as one. */
    static Decision decisionOf(List<SubjectDecision> parts) {
        return parts.size() == 1 ? parts.get(0) : new DecisionBatch(parts);
    }
}
