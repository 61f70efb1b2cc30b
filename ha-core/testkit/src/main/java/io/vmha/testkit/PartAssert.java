package io.vmha.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
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
        return decision.accept(new SubjectDecision.PartialVisitor<Optional<VmId>>() {
            @Override
            public Optional<VmId> visitRedirect(SubjectDecision.Redirect redirect) {
                return Optional.of(redirect.target());
            }

            @Override
            public Optional<VmId> visitShift(SubjectDecision.Shift shift) {
                return Optional.of(shift.target());
            }

            @Override
            public Optional<VmId> visitFailback(SubjectDecision.Failback failback) {
                return Optional.of(failback.server());
            }

            @Override
            public Optional<VmId> visitOther(SubjectDecision decision) {
                return Optional.empty();
            }
        });
    }

    private static Optional<HostId> hostOf(SubjectDecision decision) {
        return decision.accept(new SubjectDecision.PartialVisitor<Optional<HostId>>() {
            @Override
            public Optional<HostId> visitRestart(SubjectDecision.Restart restart) {
                return Optional.of(restart.host());
            }

            @Override
            public Optional<HostId> visitReclone(SubjectDecision.Reclone reclone) {
                return Optional.of(reclone.host());
            }

            @Override
            public Optional<HostId> visitReallocate(SubjectDecision.Reallocate reallocate) {
                return Optional.of(reallocate.host());
            }

            @Override
            public Optional<HostId> visitShift(SubjectDecision.Shift shift) {
                return Optional.of(shift.targetHost());
            }

            @Override
            public Optional<HostId> visitMigrate(SubjectDecision.Migrate migrate) {
                return Optional.of(migrate.to());
            }

            @Override
            public Optional<HostId> visitOther(SubjectDecision decision) {
                return Optional.empty();
            }
        });
    }
}
