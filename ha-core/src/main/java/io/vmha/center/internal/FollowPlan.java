package io.vmha.center.internal;

import static com.google.common.collect.ImmutableSet.toImmutableSet;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.HostId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.policy.SubjectDecision;
import java.util.Optional;
import java.util.Set;

/** The plan by which requests follow the database that writes, away from a VM that is well: no VM is powered off. Pure functions. */
final class FollowPlan {
    private FollowPlan() {}

    /**
     * Makes it.
     *
     * @param fenced the hosts that are powered off before, since whoever served the requests may be running there still
     */
    static Plan of(PlanId id, SubjectDecision.Redirect redirect, Set<HostId> fenced, StateFacts facts) {
        StepList steps = new StepList(facts);
        Set<Integer> off = fenced.stream().map(steps::fence).collect(toImmutableSet());
        Set<Integer> first = facts.promotedBy(redirect)
                .<Set<Integer>>map(target -> ImmutableSet.of(steps.promotion(target, off, Optional.empty())))
                .orElse(off);
        redirect.owners().forEach(owner -> steps.add(new Action.Redirect(owner, redirect.target()), first));
        return steps.plan(id);
    }
}
