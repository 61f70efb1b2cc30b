package io.vmha.center.internal;

import com.google.common.collect.ImmutableSortedSet;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.SubjectDecision;
import java.util.ArrayList;
import java.util.List;

/** The plan by which requests follow the database that writes, away from a VM that is well: nothing is powered off. Pure functions. */
final class FollowPlan {
    private FollowPlan() {}

    /**
     * Makes it.
     *
     * @param promotes whether the target's database is promoted first, since none writes
     */
    static Plan of(PlanId id, SubjectDecision.Redirect redirect, boolean promotes) {
        List<Step> steps = new ArrayList<>();
        ImmutableSortedSet<Integer> first = ImmutableSortedSet.of();
        if (promotes) {
            steps.add(new Step(0, new Action.Promote(redirect.target()), first));
            first = ImmutableSortedSet.of(0);
        }
        for (VmId owner : redirect.owners()) {
            steps.add(new Step(steps.size(), new Action.Redirect(owner, redirect.target()), first));
        }
        return new Plan(id, steps);
    }
}
