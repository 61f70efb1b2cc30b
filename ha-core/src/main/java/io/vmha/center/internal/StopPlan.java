package io.vmha.center.internal;

import com.google.common.collect.ImmutableSortedSet;
import io.vmha.center.internal.state.CenterState;
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

/** The plan by which a VM that is wanted off is stopped. Pure functions. */
final class StopPlan {
    private StopPlan() {}

    /** Requests move first, so that nobody waits; where the VM writes, it must be off before they may. */
    static Plan of(
            PlanId id, VirtualMachine vm, List<SubjectDecision> parts, FailoverConfig config, CenterState state) {
        List<Step> steps = new ArrayList<>();
        boolean isFenced = config.fencingOf(vm.type()) == FencingMode.REQUIRED;
        if (isFenced) {
            steps.add(new Step(0, new Action.PowerOff(vm.id(), vm.host()), ImmutableSortedSet.of()));
        }
        ImmutableSortedSet<Integer> first = isFenced ? ImmutableSortedSet.of(0) : ImmutableSortedSet.of();
        ImmutableSortedSet.Builder<Integer> moved = ImmutableSortedSet.naturalOrder();
        for (SubjectDecision part : parts) {
            if (part instanceof SubjectDecision.Redirect redirect) {
                boolean promotes = state.vmDatabases().needsWriter(vm)
                        && state.vm(redirect.target())
                                .filter(target -> !state.vmDatabases().isAtWriter(target.seen()))
                                .isPresent();
                if (promotes) {
                    steps.add(new Step(steps.size(), new Action.Promote(redirect.target()), first));
                    first = ImmutableSortedSet.of(steps.size() - 1);
                }
                for (VmId owner : redirect.owners()) {
                    moved.add(steps.size());
                    steps.add(new Step(steps.size(), new Action.Redirect(owner, redirect.target()), first));
                }
            }
        }
        if (!isFenced) {
            steps.add(new Step(steps.size(), new Action.PowerOff(vm.id(), vm.host()), moved.build()));
        }
        return new Plan(id, steps);
    }
}
