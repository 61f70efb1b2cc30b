package io.vmha.policy;

/** Copies decisions with another trigger or explanation. Pure functions. */
final class DecisionCopies {
    private DecisionCopies() {}

    static SubjectDecision copy(SubjectDecision decision, Trigger trigger, Explanation explain) {
        return decision.accept(new SubjectDecision.Visitor<SubjectDecision>() {
            @Override
            public SubjectDecision visitRedirect(SubjectDecision.Redirect redirect) {
                return new SubjectDecision.Redirect(
                        redirect.vm(),
                        trigger,
                        redirect.owners(),
                        redirect.target(),
                        redirect.targetRole(),
                        redirect.overcommitted(),
                        explain);
            }

            @Override
            public SubjectDecision visitRestart(SubjectDecision.Restart restart) {
                return new SubjectDecision.Restart(restart.vm(), trigger, restart.host(), restart.hostRole(), explain);
            }

            @Override
            public SubjectDecision visitReclone(SubjectDecision.Reclone reclone) {
                return new SubjectDecision.Reclone(
                        reclone.vm(), trigger, reclone.template(), reclone.host(), reclone.hostRole(), explain);
            }

            @Override
            public SubjectDecision visitReallocate(SubjectDecision.Reallocate reallocate) {
                return new SubjectDecision.Reallocate(
                        reallocate.vm(), trigger, reallocate.host(), reallocate.allocation(), explain);
            }

            @Override
            public SubjectDecision visitShift(SubjectDecision.Shift shift) {
                return new SubjectDecision.Shift(
                        shift.vm(),
                        trigger,
                        shift.owners(),
                        shift.target(),
                        shift.targetRole(),
                        shift.targetHost(),
                        shift.targetAllocation(),
                        explain);
            }

            @Override
            public SubjectDecision visitMigrate(SubjectDecision.Migrate migrate) {
                return new SubjectDecision.Migrate(
                        migrate.vm(), trigger, migrate.from(), migrate.to(), migrate.hostRole(), explain);
            }

            @Override
            public SubjectDecision visitFailback(SubjectDecision.Failback failback) {
                return new SubjectDecision.Failback(
                        failback.vm(), trigger, failback.server(), failback.vmRole(), failback.promotes(), explain);
            }

            @Override
            public SubjectDecision visitNoTarget(SubjectDecision.NoTarget noTarget) {
                return new SubjectDecision.NoTarget(noTarget.vm(), trigger, noTarget.reason(), explain);
            }

            @Override
            public SubjectDecision visitBlocked(SubjectDecision.Blocked blocked) {
                return new SubjectDecision.Blocked(blocked.subject(), trigger, blocked.reason(), explain);
            }

            @Override
            public SubjectDecision visitIgnored(SubjectDecision.Ignored ignored) {
                return new SubjectDecision.Ignored(ignored.subject(), trigger, ignored.reason(), explain);
            }
        });
    }
}
