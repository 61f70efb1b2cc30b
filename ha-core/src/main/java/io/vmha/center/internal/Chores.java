package io.vmha.center.internal;

import com.google.common.collect.ImmutableSortedSet;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.Step;
import io.vmha.policy.DecisionBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Work that no policy decides about: a database becomes a replica again, what was left behind is deleted. Each is a plan of its own.
 * Keeps nothing; on the center's loop.
 */
final class Chores {
    private final CenterLoop center;
    private final CenterState state;
    private final PlanOpening plans;

    Chores(CenterLoop center, PlanOpening plans) {
        this.center = center;
        this.state = center.state();
        this.plans = plans;
    }

    /** A database with a history of its own becomes a replica again. */
    void rejoin(VmId vm) {
        Optional<MemberId> member =
                state.vm(vm).flatMap(found -> state.vmDatabases().memberOf(found.seen()));
        boolean isUnderWay = center.executor().runs().stream()
                .flatMap(run -> run.plan().steps().stream())
                .anyMatch(step -> step.action() instanceof Action.Rejoin other
                        && state.vm(other.target())
                                .flatMap(found -> state.vmDatabases().memberOf(found.seen()))
                                .equals(member));
        if (isUnderWay || center.holds().isPaused()) {
            return;
        }
        Plan plan = new Plan(plans.nextNumber(), List.of(new Step(0, new Action.Rejoin(vm), ImmutableSortedSet.of())));
        plans.begin(new PlanOpening.Begun(
                Optional.empty(),
                new DecisionBatch(List.of()),
                plan,
                1,
                false,
                Optional.empty(),
                new PendingDecision()));
    }

    /** An operator has what was left behind of a VM deleted: nothing is decided, each place is a step. */
    void deleteLeftovers(VmId vm, Set<HostId> places, String operator, PendingDecision pending) {
        List<Step> steps = new ArrayList<>();
        places.forEach(host ->
                steps.add(new Step(steps.size(), new Action.DeleteLeftovers(vm, host), ImmutableSortedSet.of())));
        Plan plan = new Plan(plans.nextNumber(), steps);
        plans.begin(new PlanOpening.Begun(
                Optional.empty(), new DecisionBatch(List.of()), plan, 1, false, Optional.of(operator), pending));
    }
}
