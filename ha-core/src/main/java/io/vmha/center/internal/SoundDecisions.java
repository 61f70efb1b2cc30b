package io.vmha.center.internal;

import static com.google.common.collect.ImmutableList.toImmutableList;

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
    private final StateFacts facts;

    SoundDecisions(CenterLoop center, ChosenPolicies policies) {
        this.center = center;
        this.state = center.state();
        this.policies = policies;
        this.facts = new StateFacts(state);
    }

    /** What a platform cannot do is not asked of it. */
    List<SubjectDecision> possible(List<SubjectDecision> parts) {
        return parts.stream().map(this::possible).collect(toImmutableList());
    }

    /** The decision, or why it is blocked. */
    SubjectDecision possible(SubjectDecision part) {
        return missing(part)
                .<SubjectDecision>map(why -> new SubjectDecision.Blocked(
                        part.subject(), part.trigger(), Reason.ACTION_FAILED, Explanation.of(() -> why)))
                .orElse(part);
    }

    /** Why a decision is not possible; empty where it is. */
    private Optional<String> missing(SubjectDecision part) {
        return neededFor(part)
                .filter(capability -> !center.capabilities().contains(capability))
                .map(capability -> "the platform lacks " + capability + ", which " + part.outcome() + " needs")
                .or(() -> facts.promotedBy(part)
                        .filter(target -> !facts.canPromote(target))
                        .map(target ->
                                "no database cluster is configured that could promote the database in " + target));
    }

    private Optional<Capability> neededFor(SubjectDecision part) {
        if (part instanceof SubjectDecision.Restart restart) {
            boolean isElsewhere = state.vm(restart.vm())
                    .filter(vm -> !vm.seen().host().equals(restart.host()))
                    .isPresent();
            return Optional.of(isElsewhere ? Capability.RESTART_ELSEWHERE : Capability.POWER_ON);
        }
        if (part instanceof SubjectDecision.Shift shift) {
            boolean isEnlarged = state.vm(shift.target())
                    .filter(vm -> !vm.seen().allocation().equals(shift.targetAllocation()))
                    .isPresent();
            return isEnlarged ? Optional.of(Capability.REALLOCATE) : Optional.empty();
        }
        return part instanceof SubjectDecision.Reclone
                ? Optional.of(Capability.CLONE)
                : part instanceof SubjectDecision.Migrate
                        ? Optional.of(Capability.LIVE_MIGRATION)
                        : part instanceof SubjectDecision.Reallocate
                                ? Optional.of(Capability.REALLOCATE)
                                : Optional.empty();
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
