package io.vmha.policy;

/** Decisions as short text, for tests. */
final class DecisionText {
    private DecisionText() {}

    /** The subject, the outcome, the target or nothing, and the reason. */
    static String row(SubjectDecision decision) {
        String target = decision.accept(new SubjectDecision.Visitor<String>() {
            @Override
            public String visitRedirect(SubjectDecision.Redirect redirect) {
                return redirect.target().value();
            }

            @Override
            public String visitRestart(SubjectDecision.Restart restart) {
                return restart.host().value();
            }

            @Override
            public String visitReclone(SubjectDecision.Reclone reclone) {
                return reclone.host().value();
            }

            @Override
            public String visitReallocate(SubjectDecision.Reallocate reallocate) {
                return reallocate.allocation().toString();
            }

            @Override
            public String visitShift(SubjectDecision.Shift shift) {
                return shift.target().value();
            }

            @Override
            public String visitMigrate(SubjectDecision.Migrate migrate) {
                return migrate.to().value();
            }

            @Override
            public String visitFailback(SubjectDecision.Failback failback) {
                return failback.server().value();
            }

            @Override
            public String visitNoTarget(SubjectDecision.NoTarget noTarget) {
                return "";
            }

            @Override
            public String visitBlocked(SubjectDecision.Blocked blocked) {
                return "";
            }

            @Override
            public String visitIgnored(SubjectDecision.Ignored ignored) {
                return "";
            }
        });
        return decision.subject() + " " + decision.outcome() + " " + target + " " + decision.reason();
    }
}
