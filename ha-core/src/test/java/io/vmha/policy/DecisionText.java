package io.vmha.policy;

/** Decisions as short text, for tests. */
final class DecisionText {
    private DecisionText() {}

    /** The subject, the outcome, the target or nothing, and the reason. */
    static String row(SubjectDecision decision) {
        String target = decision.fold(new SubjectDecision.Cases<String>(
                redirect -> redirect.target().value(),
                restart -> restart.host().value(),
                reclone -> reclone.host().value(),
                reallocate -> reallocate.allocation().toString(),
                shift -> shift.target().value(),
                migrate -> migrate.to().value(),
                failback -> failback.server().value(),
                noTarget -> "",
                blocked -> "",
                ignored -> ""));
        return decision.subject() + " " + decision.outcome() + " " + target + " " + decision.reason();
    }
}
