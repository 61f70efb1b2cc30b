package io.vmha.center.internal;

import static com.google.common.collect.ImmutableSortedSet.toImmutableSortedSet;
import static java.util.Comparator.naturalOrder;

import com.google.common.collect.ImmutableSortedSet;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.SubjectDecision;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The plan by which requests follow the database that writes, away from a VM that is well: no VM is powered off. Pure functions. */
final class FollowPlan {
    private FollowPlan() {}

    /**
     * Makes it.
     *
     * @param promotes whether the target's database is promoted first, since none writes
     * @param fenced the hosts that are powered off before, since whoever served the requests may be running there still
     */
    static Plan of(PlanId id, SubjectDecision.Redirect redirect, boolean promotes, Collection<HostId> fenced) {
        List<Step> steps = new ArrayList<>();
        fenced.forEach(host -> steps.add(new Step(steps.size(), new Action.FenceHost(host), ImmutableSortedSet.of())));
        ImmutableSortedSet<Integer> first =
                steps.stream().map(Step::number).collect(toImmutableSortedSet(naturalOrder()));
        if (promotes) {
            int promotion = steps.size();
            steps.add(new Step(promotion, new Action.Promote(redirect.target()), first));
            first = ImmutableSortedSet.of(promotion);
        }
        for (VmId owner : redirect.owners()) {
            steps.add(new Step(steps.size(), new Action.Redirect(owner, redirect.target()), first));
        }
        return new Plan(id, steps);
    }
}
