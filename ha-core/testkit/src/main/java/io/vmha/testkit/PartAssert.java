package io.vmha.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.SubjectDecision.Cases;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;

/** What was decided about one VM or host. Not thread-safe. */
public final class PartAssert extends AbstractAssert<PartAssert, SubjectDecision> {
    private final DecisionAssert whole;

    PartAssert(DecisionAssert whole, SubjectDecision actual) {
        super(actual, PartAssert.class);
        this.whole = whole;
    }

    /** The VM that the requests go to; of a failback, the one that they come from. */
    @CanIgnoreReturnValue
    public PartAssert to(String vm) {
        return is("the VM", Optional.of(VmId.of(vm)), vmOf(actual));
    }

    /** The host that the VM will run on. */
    @CanIgnoreReturnValue
    public PartAssert on(String host) {
        return is("the host", Optional.of(HostId.of(host)), hostOf(actual));
    }

    /** Why. */
    @CanIgnoreReturnValue
    public PartAssert because(Reason reason) {
        return is("the reason", reason, actual.reason());
    }

    /** What the decision's explanation says, for a person, contains the text. */
    @CanIgnoreReturnValue
    public PartAssert explained(String text) {
        String explanation = actual.explain().toString();
        if (!explanation.contains(text)) {
            throw failure("Expecting an explanation with%n  %s%nbut it was%n  %s", text, explanation);
        }
        return this;
    }

    /** Goes on with the whole decision. */
    public DecisionAssert and() {
        return whole;
    }

    private PartAssert is(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw failure(
                    "Expecting %s to be %s, but it was %s in:%n%s",
                    what, plain(expected), plain(found), DecisionAssert.told(actual));
        }
        return this;
    }

    private static Object plain(Object value) {
        return value instanceof Optional<?> maybe ? maybe.map(Object::toString).orElse("none") : value;
    }

    private static Optional<VmId> vmOf(SubjectDecision decision) {
        return decision.fold(new Cases<>(
                redirect -> Optional.of(redirect.target()),
                restart -> Optional.empty(),
                reclone -> Optional.empty(),
                reallocate -> Optional.empty(),
                shift -> Optional.of(shift.target()),
                migrate -> Optional.empty(),
                failback -> Optional.of(failback.server()),
                noTarget -> Optional.empty(),
                blocked -> Optional.empty(),
                ignored -> Optional.empty()));
    }

    private static Optional<HostId> hostOf(SubjectDecision decision) {
        return decision.fold(new Cases<>(
                redirect -> Optional.empty(),
                restart -> Optional.of(restart.host()),
                reclone -> Optional.of(reclone.host()),
                reallocate -> Optional.of(reallocate.host()),
                shift -> Optional.of(shift.targetHost()),
                migrate -> Optional.of(migrate.to()),
                failback -> Optional.empty(),
                noTarget -> Optional.empty(),
                blocked -> Optional.empty(),
                ignored -> Optional.empty()));
    }
}
