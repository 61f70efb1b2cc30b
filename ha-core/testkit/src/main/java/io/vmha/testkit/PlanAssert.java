package io.vmha.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.plan.Plan;
import io.vmha.plan.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.AbstractAssert;

/** What is to be done, and in which order. A failure tells the whole plan. Not thread-safe. */
public final class PlanAssert extends AbstractAssert<PlanAssert, Plan> {

    PlanAssert(Plan actual) {
        super(actual, PlanAssert.class);
    }

    /** There is nothing to do. */
    @CanIgnoreReturnValue
    public PlanAssert isEmpty() {
        isNotNull();
        if (!actual.isEmpty()) {
            throw failure("Expecting nothing to do, but there is:%n%s", actual.toText());
        }
        return this;
    }

    /** The kinds of its steps are these, by the steps' numbers. */
    @CanIgnoreReturnValue
    public PlanAssert hasSteps(ActionKind... kinds) {
        isNotNull();
        List<ActionKind> found =
                actual.steps().stream().map(step -> step.action().kind()).toList();
        if (!found.equals(List.of(kinds))) {
            throw failure("Expecting the steps %s, but there are:%n%s", List.of(kinds), actual.toText());
        }
        return this;
    }

    /** It does that to the VM or host. */
    public StepAssert does(ActionKind kind, String subject) {
        isNotNull();
        return new StepAssert(this, step(kind, subject));
    }

    /** It does no such thing to anybody. */
    @CanIgnoreReturnValue
    public PlanAssert doesNot(ActionKind kind) {
        isNotNull();
        if (actual.steps().stream().anyMatch(step -> step.action().kind() == kind)) {
            throw failure("Expecting no %s, but there is:%n%s", kind, actual.toText());
        }
        return this;
    }

    private Step step(ActionKind kind, String subject) {
        List<Step> found = actual.steps().stream()
                .filter(step ->
                        step.action().kind() == kind && subject(step.action()).equals(subject))
                .toList();
        if (found.size() != 1) {
            throw failure("Expecting one %s of %s, but there is:%n%s", kind, subject, actual.toText());
        }
        return found.get(0);
    }

    /** A VM or a host may have the name. */
    private static String subject(Action action) {
        return action.accept(new Action.Visitor<String>() {
            @Override
            public String visitPowerOff(Action.PowerOff powerOff) {
                return powerOff.target().toString();
            }

            @Override
            public String visitFenceHost(Action.FenceHost fence) {
                return fence.target().toString();
            }

            @Override
            public String visitRedirect(Action.Redirect redirect) {
                return redirect.owner().toString();
            }

            @Override
            public String visitPowerOn(Action.PowerOn powerOn) {
                return powerOn.target().toString();
            }

            @Override
            public String visitReallocate(Action.Reallocate reallocate) {
                return reallocate.target().toString();
            }

            @Override
            public String visitMigrate(Action.Migrate migrate) {
                return migrate.target().toString();
            }

            @Override
            public String visitCloneFromTemplate(Action.CloneFromTemplate clone) {
                return clone.target().toString();
            }

            @Override
            public String visitPromote(Action.Promote promote) {
                return promote.target().toString();
            }

            @Override
            public String visitDemote(Action.Demote demote) {
                return demote.target().toString();
            }

            @Override
            public String visitDeleteLeftovers(Action.DeleteLeftovers leftovers) {
                return leftovers.target().toString();
            }

            @Override
            public String visitRejoin(Action.Rejoin rejoin) {
                return rejoin.target().toString();
            }
        });
    }

    /** One step of a plan. Not thread-safe. */
    public static final class StepAssert {
        private final PlanAssert plan;
        private final Step step;

        private StepAssert(PlanAssert plan, Step step) {
            this.plan = plan;
            this.step = step;
        }

        /** The other step waits for this one, at once or by way of others. */
        @CanIgnoreReturnValue
        public StepAssert before(ActionKind kind, String subject) {
            Step later = plan.step(kind, subject);
            Set<Integer> before = new HashSet<>();
            collect(later, before);
            if (!before.contains(step.number())) {
                throw plan.failure(
                        "Expecting %s to wait for %s, but it does not:%n%s",
                        later.action(), step.action(), plan.actual.toText());
            }
            return this;
        }

        private void collect(Step of, Set<Integer> before) {
            for (int number : of.after()) {
                if (before.add(number)) {
                    collect(plan.actual.steps().get(number), before);
                }
            }
        }

        /** The VM that the requests go to. */
        @CanIgnoreReturnValue
        public StepAssert to(String vm) {
            if (!(step.action() instanceof Action.Redirect redirect)
                    || !redirect.server().equals(VmId.of(vm))) {
                throw plan.failure("Expecting requests to go to %s, but the step is %s", vm, step.action());
            }
            return this;
        }

        /** The host that the VM is started, cloned or moved to. */
        @CanIgnoreReturnValue
        public StepAssert on(String host) {
            HostId expected = HostId.of(host);
            boolean is = (step.action() instanceof Action.PowerOn start
                            && start.on().equals(expected))
                    || (step.action() instanceof Action.CloneFromTemplate clone
                            && clone.on().equals(expected))
                    || (step.action() instanceof Action.Migrate migrate
                            && migrate.to().equals(expected))
                    || (step.action() instanceof Action.PowerOff off && off.on().equals(expected));
            if (!is) {
                throw plan.failure("Expecting it to be on %s, but the step is %s", host, step.action());
            }
            return this;
        }

        /** Goes on with the whole plan. */
        public PlanAssert and() {
            return plan;
        }
    }
}
