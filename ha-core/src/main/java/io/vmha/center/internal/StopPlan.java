package io.vmha.center.internal;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.SubjectDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The plan by which a VM that is wanted off is stopped. Pure functions. */
final class StopPlan {
    private StopPlan() {}

    /** Requests move first, so that nobody waits; where the VM writes, it must be off before they may. */
    static Plan of(PlanId id, VirtualMachine vm, List<SubjectDecision> parts, FailoverConfig config, StateFacts facts) {
        List<Step> steps = new ArrayList<>();
        boolean isFenced = config.fencingOf(vm.type()) == FencingMode.REQUIRED;
        Set<Integer> first =
                isFenced ? Set.of(append(steps, new Action.PowerOff(vm.id(), vm.host()), Set.of())) : Set.of();
        Set<Integer> moved = new TreeSet<>();
        for (SubjectDecision part : parts) {
            if (part instanceof SubjectDecision.Redirect redirect) {
                Set<Integer> before = facts.promotedBy(redirect)
                        .map(target -> Set.of(promotion(steps, target, vm.id(), first, facts)))
                        .orElse(first);
                redirect.owners()
                        .forEach(owner ->
                                moved.add(append(steps, new Action.Redirect(owner, redirect.target()), before)));
            }
        }
        if (!isFenced) {
            append(steps, new Action.PowerOff(vm.id(), vm.host()), moved);
        }
        return new Plan(id, steps);
    }

    /** Whoever else may write does not any more before a database is promoted: it hands over where it is well, and is off where it is lost. */
    private static int promotion(List<Step> steps, VmId target, VmId stopped, Set<Integer> first, StateFacts facts) {
        Set<Integer> before = new TreeSet<>(first);
        facts.lostHostsOfOtherWriters(target)
                .forEach(host -> before.add(append(steps, new Action.FenceHost(host), Set.of())));
        Optional<VmId> writer = facts.wellWriterBeside(target).filter(well -> first.isEmpty() || !well.equals(stopped));
        writer.ifPresent(well -> before.add(append(steps, new Action.Demote(well), ImmutableSet.copyOf(before))));
        return append(steps, new Action.Promote(target), before);
    }

    private static int append(List<Step> steps, Action action, Set<Integer> after) {
        steps.add(new Step(steps.size(), action, ImmutableSortedSet.copyOf(after)));
        return steps.size() - 1;
    }
}
