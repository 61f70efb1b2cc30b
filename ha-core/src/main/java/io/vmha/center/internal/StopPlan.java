package io.vmha.center.internal;

import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.SubjectDecision;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The plan by which a VM that is wanted off is stopped. Pure functions. */
final class StopPlan {
    private StopPlan() {}

    /** Requests move first, so that nobody waits; where the VM writes, it must be off before they may. */
    static Plan of(PlanId id, VirtualMachine vm, List<SubjectDecision> parts, FailoverConfig config, StateFacts facts) {
        StepList steps = new StepList(facts);
        boolean isFenced = config.fencingOf(vm.type()) == FencingMode.REQUIRED;
        Action off = new Action.PowerOff(vm.id(), vm.host());
        Set<Integer> first = isFenced ? Set.of(steps.add(off, Set.of())) : Set.of();
        Optional<VmId> isOff = Optional.of(vm.id()).filter(stopped -> isFenced);
        Set<Integer> moved = new TreeSet<>();
        for (SubjectDecision part : parts) {
            if (part instanceof SubjectDecision.Redirect redirect) {
                Set<Integer> before = facts.promotedBy(redirect)
                        .map(target -> Set.of(steps.promotion(target, first, isOff)))
                        .orElse(first);
                redirect.owners()
                        .forEach(owner -> moved.add(steps.add(new Action.Redirect(owner, redirect.target()), before)));
            }
        }
        if (!isFenced) {
            steps.add(off, moved);
        }
        return steps.plan(id);
    }
}
