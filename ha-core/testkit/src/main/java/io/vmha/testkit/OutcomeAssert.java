package io.vmha.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.plan.ActionKind;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;

/** What became of a decision. A failure tells every try of every action. Not thread-safe. */
public final class OutcomeAssert extends AbstractAssert<OutcomeAssert, DecisionOutcome> {

    OutcomeAssert(DecisionOutcome actual) {
        super(actual, OutcomeAssert.class);
    }

    /** Every step of the plan was done, and no part of the decision is NO_TARGET, BLOCKED or IGNORED. */
    @CanIgnoreReturnValue
    public OutcomeAssert isCarriedOut() {
        isNotNull();
        if (!actual.isCarriedOut()) {
            throw failure(
                    "Expecting every step to be done, and nothing to be left undecided, but:%n%s%n%s%n%s",
                    decided(), actual.plan().toText(), told());
        }
        return this;
    }

    /** A step of the plan, at least, was not done, or a part of the decision is NO_TARGET, BLOCKED or IGNORED. */
    @CanIgnoreReturnValue
    public OutcomeAssert isNotCarriedOut() {
        isNotNull();
        if (actual.isCarriedOut()) {
            throw failure("Expecting what was not done, but all was:%n%s", told());
        }
        return this;
    }

    /** An action of that kind ended so, in one of its tries at least. */
    @CanIgnoreReturnValue
    public OutcomeAssert has(ActionKind kind, ActionResult result) {
        isNotNull();
        if (records(kind).stream().noneMatch(record -> record.result() == result)) {
            throw failure("Expecting a %s that is %s, but:%n%s", kind, result, told());
        }
        return this;
    }

    /** Actions of that kind were tried so often, 0 or more. */
    @CanIgnoreReturnValue
    public OutcomeAssert tried(ActionKind kind, int times) {
        isNotNull();
        long tries = records(kind).stream()
                .filter(record -> record.result() != ActionResult.SKIPPED)
                .count();
        if (tries != times) {
            throw failure("Expecting %s tries of %s, but there were %s:%n%s", times, kind, tries, told());
        }
        return this;
    }

    /** Goes on with what was decided. */
    public DecisionAssert decision() {
        isNotNull();
        return new DecisionAssert(actual.decision());
    }

    /** Goes on with what was to be done. */
    public PlanAssert plan() {
        isNotNull();
        return new PlanAssert(actual.plan());
    }

    private List<ActionRecord> records(ActionKind kind) {
        return actual.actions().stream()
                .filter(record -> record.action().kind() == kind)
                .toList();
    }

    private String decided() {
        return actual.decision().parts().stream()
                .map(part -> "  " + part.subject() + ": " + part.outcome() + " " + part.reason())
                .collect(Collectors.joining("\n"));
    }

    private String told() {
        return actual.actions().stream()
                .map(record -> "  " + record.action() + ", try " + record.attempt() + ": " + record.result() + " "
                        + record.detail())
                .collect(Collectors.joining("\n"));
    }
}
