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
                "plan " + plan + " waits " + whatFor(reason) + ": "
                        + decision.explain().sentence());
    }

    private static String whatFor(Reason reason) {
        return switch (reason) {
            case STORM_GUARD -> "until fewer hosts look lost or an operator approves";
            case VM_STORM_GUARD -> "until fewer VMs look lost or an operator approves";
            case PAUSED -> "until operators resume";
            default -> "for an operator's approval";
        };
    }

    private static Optional<String> targetOf(SubjectDecision decision) {
        return decision.accept(new SubjectDecision.PartialVisitor<Optional<String>>() {
            @Override
            public Optional<String> visitRedirect(SubjectDecision.Redirect redirect) {
                return Optional.of(redirect.target().value());
            }

            @Override
            public Optional<String> visitRestart(SubjectDecision.Restart restart) {
                return Optional.of(restart.host().value());
            }

            @Override
            public Optional<String> visitReclone(SubjectDecision.Reclone reclone) {
                return Optional.of(reclone.host().value());
            }

            @Override
            public Optional<String> visitReallocate(SubjectDecision.Reallocate reallocate) {
                return Optional.of(reallocate.host().value());
            }

            @Override
            public Optional<String> visitShift(SubjectDecision.Shift shift) {
                return Optional.of(shift.target().value());
            }

            @Override
            public Optional<String> visitMigrate(SubjectDecision.Migrate migrate) {
                return Optional.of(migrate.to().value());
            }

            @Override
            public Optional<String> visitFailback(SubjectDecision.Failback failback) {
                return Optional.of(failback.vm().value());
            }

            @Override
            public Optional<String> visitOther(SubjectDecision decision) {
                return Optional.empty();
            }
        });
    }

    private static Optional<ClusterRole> roleOf(SubjectDecision decision) {
        return decision.accept(new SubjectDecision.PartialVisitor<Optional<ClusterRole>>() {
            @Override
            public Optional<ClusterRole> visitRedirect(SubjectDecision.Redirect redirect) {
                return Optional.of(redirect.targetRole());
            }

            @Override
            public Optional<ClusterRole> visitRestart(SubjectDecision.Restart restart) {
                return Optional.of(restart.hostRole());
            }

            @Override
            public Optional<ClusterRole> visitReclone(SubjectDecision.Reclone reclone) {
                return Optional.of(reclone.hostRole());
            }

            @Override
            public Optional<ClusterRole> visitShift(SubjectDecision.Shift shift) {
                return Optional.of(shift.targetRole());
            }

            @Override
            public Optional<ClusterRole> visitMigrate(SubjectDecision.Migrate migrate) {
                return Optional.of(migrate.hostRole());
            }

            @Override
            public Optional<ClusterRole> visitFailback(SubjectDecision.Failback failback) {
                return Optional.of(failback.vmRole());
            }

            @Override
            public Optional<ClusterRole> visitOther(SubjectDecision decision) {
                return Optional.empty();
            }
        });
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
