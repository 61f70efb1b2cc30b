package io.vmha.center.internal.execution;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.Step;
import io.vmha.policy.SubjectDecision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Finds the steps of a plan that a decision comes down to: with one of them not done, it is not carried out. Pure. */
final class PartSteps {
    private PartSteps() {}

    static Set<Integer> of(SubjectDecision part, Plan plan) {
        Predicate<Action> isOf = part.accept(new SubjectDecision.Visitor<Predicate<Action>>() {
            @Override
            public Predicate<Action> visitRedirect(SubjectDecision.Redirect redirect) {
                return action -> action instanceof Action.Redirect step
                        && redirect.owners().contains(step.owner())
                        && step.server().equals(redirect.target());
            }

            @Override
            public Predicate<Action> visitRestart(SubjectDecision.Restart restart) {
                return action -> isAbout(action, restart.vm()) && action instanceof Action.PowerOn;
            }

            @Override
            public Predicate<Action> visitReclone(SubjectDecision.Reclone reclone) {
                return action -> isAbout(action, reclone.vm())
                        && (action instanceof Action.PowerOn || action instanceof Action.CloneFromTemplate);
            }

            @Override
            public Predicate<Action> visitReallocate(SubjectDecision.Reallocate reallocate) {
                return action -> isAbout(action, reallocate.vm()) && action instanceof Action.Reallocate;
            }

            @Override
            public Predicate<Action> visitShift(SubjectDecision.Shift shift) {
                return action -> action instanceof Action.Redirect step
                        && shift.owners().contains(step.owner())
                        && step.server().equals(shift.target());
            }

            @Override
            public Predicate<Action> visitMigrate(SubjectDecision.Migrate migrate) {
                return action -> isAbout(action, migrate.vm()) && action instanceof Action.Migrate;
            }

            @Override
            public Predicate<Action> visitFailback(SubjectDecision.Failback failback) {
                return action -> isAbout(action, failback.vm()) && action instanceof Action.Redirect;
            }

            @Override
            public Predicate<Action> visitNoTarget(SubjectDecision.NoTarget noTarget) {
                return action -> false;
            }

            @Override
            public Predicate<Action> visitBlocked(SubjectDecision.Blocked blocked) {
                return action -> false;
            }

            @Override
            public Predicate<Action> visitIgnored(SubjectDecision.Ignored ignored) {
                return action -> false;
            }
        });
        return plan.steps().stream()
                .filter(step -> isOf.test(step.action()))
                .map(Step::number)
                .collect(ImmutableSet.toImmutableSet());
    }

    private static boolean isAbout(Action action, VmId vm) {
        return action.vm().filter(vm::equals).isPresent();
    }

    /** For each step of a plan the places of the parts whose steps are it, or wait for it, directly or not. */
    static List<List<Integer>> partsByStep(List<Set<Integer>> stepsOfPart, Plan plan) {
        List<List<Integer>> parts = new ArrayList<>(plan.steps().size());
        plan.steps().forEach(step -> parts.add(new ArrayList<>(1)));
        for (int part = 0; part < stepsOfPart.size(); part++) {
            Set<Integer> seen = new HashSet<>();
            Deque<Integer> open = new ArrayDeque<>(stepsOfPart.get(part));
            while (!open.isEmpty()) {
                int step = open.pop();
                if (seen.add(step)) {
                    parts.get(step).add(part);
                    open.addAll(plan.steps().get(step).after());
                }
            }
        }
        return parts;
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
