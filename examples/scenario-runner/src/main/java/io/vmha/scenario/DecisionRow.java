package io.vmha.scenario;

import com.google.common.collect.ImmutableMap;
import io.vmha.model.ClusterRole;
import io.vmha.plan.PlanId;
import io.vmha.policy.Outcome;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.Map;
import java.util.Optional;

/**
 * A decision as a scenario's output has it.
 *
 * @param atSeconds virtual time since the start
 * @param target the machine or host that was chosen, if one was
 */
record DecisionRow(
        double atSeconds,
        String subject,
        Trigger trigger,
        Outcome outcome,
        Optional<String> target,
        Optional<ClusterRole> targetRole,
        Reason reason,
        String explanation) {

    static DecisionRow of(double atSeconds, SubjectDecision decision) {
        return new DecisionRow(
                atSeconds,
                decision.subject().toString(),
                decision.trigger(),
                decision.outcome(),
                targetOf(decision),
                roleOf(decision),
                decision.reason(),
                decision.explain().sentence());
    }

    /** What could be done, but waits for an operator or for the storm guard to clear. */
    static DecisionRow held(double atSeconds, SubjectDecision decision, PlanId plan, Reason reason) {
        return new DecisionRow(
                atSeconds,
                decision.subject().toString(),
                decision.trigger(),
                Outcome.BLOCKED,
                targetOf(decision),
                roleOf(decision),
                reason,
                "plan " + plan
                        + (reason == Reason.STORM_GUARD
                                ? " waits until fewer hosts look lost or an operator approves: "
                                : " waits for an operator's approval: ")
                        + decision.explain().sentence());
    }

    private static Optional<String> targetOf(SubjectDecision decision) {
        return decision.fold(new SubjectDecision.Cases<Optional<String>>(
                redirect -> Optional.of(redirect.target().value()),
                restart -> Optional.of(restart.host().value()),
                reclone -> Optional.of(reclone.host().value()),
                reallocate -> Optional.of(reallocate.host().value()),
                shift -> Optional.of(shift.target().value()),
                migrate -> Optional.of(migrate.to().value()),
                failback -> Optional.of(failback.vm().value()),
                noTarget -> Optional.empty(),
                blocked -> Optional.empty(),
                ignored -> Optional.empty()));
    }

    private static Optional<ClusterRole> roleOf(SubjectDecision decision) {
        return decision.fold(new SubjectDecision.Cases<Optional<ClusterRole>>(
                redirect -> Optional.of(redirect.targetRole()),
                restart -> Optional.of(restart.hostRole()),
                reclone -> Optional.of(reclone.hostRole()),
                reallocate -> Optional.empty(),
                shift -> Optional.of(shift.targetRole()),
                migrate -> Optional.of(migrate.hostRole()),
                failback -> Optional.of(failback.vmRole()),
                noTarget -> Optional.empty(),
                blocked -> Optional.empty(),
                ignored -> Optional.empty()));
    }

    /** Its columns as text, the absent ones left out, in the order of the output. */
    Map<String, String> columns() {
        ImmutableMap.Builder<String, String> columns = ImmutableMap.builder();
        columns.put("at", Double.toString(atSeconds));
        columns.put("subject", subject);
        columns.put("trigger", trigger.name());
        columns.put("outcome", outcome.name());
        target.ifPresent(value -> columns.put("target", value));
        targetRole.ifPresent(value -> columns.put("targetRole", value.name()));
        columns.put("reason", reason.name());
        columns.put("explanation", explanation);
        return columns.buildOrThrow();
    }
}
