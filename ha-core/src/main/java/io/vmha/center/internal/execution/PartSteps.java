package io.vmha.center.internal.execution;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.Step;
import io.vmha.policy.SubjectDecision;
import java.util.Set;
import java.util.function.Predicate;

/** Finds the steps of a plan that a decision comes down to: with one of them not done, it is not carried out. Pure. */
final class PartSteps {
    private PartSteps() {}

    static Set<Integer> of(SubjectDecision part, Plan plan) {
        Predicate<Action> isOf = part.fold(new SubjectDecision.Cases<Predicate<Action>>(
                redirect -> action -> action instanceof Action.Redirect step
                        && redirect.owners().contains(step.owner())
                        && step.server().equals(redirect.target()),
                restart -> action -> isAbout(action, restart.vm()) && action instanceof Action.PowerOn,
                reclone -> action -> isAbout(action, reclone.vm())
                        && (action instanceof Action.PowerOn || action instanceof Action.CloneFromTemplate),
                reallocate -> action -> isAbout(action, reallocate.vm()) && action instanceof Action.Reallocate,
                shift -> action -> action instanceof Action.Redirect step
                        && shift.owners().contains(step.owner())
                        && step.server().equals(shift.target()),
                migrate -> action -> isAbout(action, migrate.vm()) && action instanceof Action.Migrate,
                failback -> action -> isAbout(action, failback.vm()) && action instanceof Action.Redirect,
                noTarget -> action -> false,
                blocked -> action -> false,
                ignored -> action -> false));
        return plan.steps().stream()
                .filter(step -> isOf.test(step.action()))
                .map(Step::number)
                .collect(ImmutableSet.toImmutableSet());
    }

    private static boolean isAbout(Action action, VmId vm) {
        return action.vm().filter(vm::equals).isPresent();
    }

    /** Whether one of the given steps waits for the given one, directly or not. */
    static boolean serves(int step, Set<Integer> steps, Plan plan) {
        for (int later : steps) {
            if (later > step && dependents(step, plan).contains(later)) {
                return true;
            }
        }
        return false;
    }

    /** The given step and all that wait for it, directly or not. */
    static Set<Integer> dependents(int step, Plan plan) {
        Set<Integer> found = new java.util.TreeSet<>(Set.of(step));
        for (Step later : plan.steps()) {
            if (later.after().stream().anyMatch(found::contains)) {
                found.add(later.number());
            }
        }
        return found;
    }
}
