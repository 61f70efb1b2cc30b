package io.vmha.policy;

/** Copies decisions with another trigger or explanation. Pure functions. */
final class DecisionCopies {
    private DecisionCopies() {}

    static SubjectDecision copy(SubjectDecision decision, Trigger trigger, Explanation explain) {
        return decision.fold(new SubjectDecision.Cases<SubjectDecision>(
                redirect -> new SubjectDecision.Redirect(
                        redirect.vm(),
                        trigger,
                        redirect.owners(),
                        redirect.target(),
                        redirect.targetRole(),
                        redirect.overcommitted(),
                        explain),
                restart ->
                        new SubjectDecision.Restart(restart.vm(), trigger, restart.host(), restart.hostRole(), explain),
                reclone -> new SubjectDecision.Reclone(
                        reclone.vm(), trigger, reclone.template(), reclone.host(), reclone.hostRole(), explain),
                reallocate -> new SubjectDecision.Reallocate(
                        reallocate.vm(), trigger, reallocate.host(), reallocate.allocation(), explain),
                shift -> new SubjectDecision.Shift(
                        shift.vm(),
                        trigger,
                        shift.owners(),
                        shift.target(),
                        shift.targetRole(),
                        shift.targetHost(),
                        shift.targetAllocation(),
                        explain),
                migrate -> new SubjectDecision.Migrate(
                        migrate.vm(), trigger, migrate.from(), migrate.to(), migrate.hostRole(), explain),
                failback -> new SubjectDecision.Failback(
                        failback.vm(), trigger, failback.server(), failback.vmRole(), failback.promotes(), explain),
                noTarget -> new SubjectDecision.NoTarget(noTarget.vm(), trigger, noTarget.reason(), explain),
                blocked -> new SubjectDecision.Blocked(blocked.subject(), trigger, blocked.reason(), explain),
                ignored -> new SubjectDecision.Ignored(ignored.subject(), trigger, ignored.reason(), explain)));
    }
}
