package io.vmha.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.policy.Decision;
import io.vmha.policy.Outcome;
import io.vmha.policy.SubjectDecision;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;

/** What was decided. A failure tells all that was decided, with its explanation. Not thread-safe. */
public final class DecisionAssert extends AbstractAssert<DecisionAssert, Decision> {

    DecisionAssert(Decision actual) {
        super(actual, DecisionAssert.class);
    }

    /** The VM's requests go elsewhere; {@link PartAssert#to} says where. */
    @CanIgnoreReturnValue
    public PartAssert redirects(String vm) {
        return part(vm, Outcome.REDIRECTED);
    }

    /** The VM is powered on again; {@link PartAssert#on} says where. */
    @CanIgnoreReturnValue
    public PartAssert restarts(String vm) {
        return part(vm, Outcome.RESTARTED);
    }

    /** The VM is cloned from its template; {@link PartAssert#on} says where. */
    @CanIgnoreReturnValue
    public PartAssert reclones(String vm) {
        return part(vm, Outcome.RECLONED);
    }

    /** The VM gets more of its host's pool. */
    @CanIgnoreReturnValue
    public PartAssert reallocates(String vm) {
        return part(vm, Outcome.REALLOCATED);
    }

    /** The loaded VM's requests go elsewhere; {@link PartAssert#to} says where. */
    @CanIgnoreReturnValue
    public PartAssert shifts(String vm) {
        return part(vm, Outcome.SHIFTED);
    }

    /** The VM moves to another host while it runs; {@link PartAssert#on} says where. */
    @CanIgnoreReturnValue
    public PartAssert migrates(String vm) {
        return part(vm, Outcome.MIGRATED);
    }

    /** The VM has its requests back; {@link PartAssert#to} is the VM that served them. */
    @CanIgnoreReturnValue
    public PartAssert failsBack(String vm) {
        return part(vm, Outcome.FAILED_BACK);
    }

    /** Nobody can take the VM's requests, or no host the VM; {@link PartAssert#because} says why. */
    @CanIgnoreReturnValue
    public PartAssert findsNoTargetFor(String vm) {
        return part(vm, Outcome.NO_TARGET);
    }

    /** What was to be done about the VM or host must not go on; {@link PartAssert#because} says why. */
    @CanIgnoreReturnValue
    public PartAssert blocks(String subject) {
        return part(subject, Outcome.BLOCKED);
    }

    /** Nothing is to be done about the VM or host; {@link PartAssert#because} says why. */
    @CanIgnoreReturnValue
    public PartAssert ignores(String subject) {
        return part(subject, Outcome.IGNORED);
    }

    /** Nothing is decided about the VM or host. */
    @CanIgnoreReturnValue
    public DecisionAssert leavesAlone(String subject) {
        isNotNull();
        if (actual.parts().stream().anyMatch(part -> part.subject().toString().equals(subject))) {
            throw failure("Expecting nothing to be decided about %s, but it was:%n%s", subject, told(actual));
        }
        return this;
    }

    /** So many VMs and hosts are decided about, 0 or more. */
    @CanIgnoreReturnValue
    public DecisionAssert hasParts(int count) {
        isNotNull();
        if (actual.parts().size() != count) {
            throw failure("Expecting %s parts of the decision, but it was:%n%s", count, told(actual));
        }
        return this;
    }

    private PartAssert part(String subject, Outcome outcome) {
        isNotNull();
        List<SubjectDecision> found = actual.parts().stream()
                .filter(part -> part.subject().toString().equals(subject) && part.outcome() == outcome)
                .toList();
        if (found.size() != 1) {
            throw failure("Expecting %s to be %s, but it was decided:%n%s", subject, outcome, told(actual));
        }
        return new PartAssert(this, found.get(0));
    }

    static String told(Decision decision) {
        return decision.parts().isEmpty()
                ? "  nothing"
                : decision.parts().stream()
                        .map(part -> "  " + part.subject() + " " + part.outcome() + " because of " + part.reason()
                                + ": " + part.explain())
                        .collect(Collectors.joining("\n"));
    }
}
