package io.vmha.center.internal;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanFacts;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Collects the steps of a plan that no fault is behind, which the planner therefore does not make. Made for one plan and thrown away;
 * confined to the center's loop.
 */
final class StepList {
    private final PlanFacts facts;
    private final List<Step> steps = new ArrayList<>();
    private final Map<HostId, Integer> fences = new HashMap<>();

    StepList(PlanFacts facts) {
        this.facts = facts;
    }

    /** Appends a step and returns its number. */
    @CanIgnoreReturnValue
    int add(Action action, Set<Integer> after) {
        int number = steps.size();
        steps.add(new Step(number, action, ImmutableSortedSet.copyOf(after)));
        return number;
    }

    /** Powers a host off, once. */
    int fence(HostId host) {
        return fences.computeIfAbsent(host, id -> add(new Action.FenceHost(id), ImmutableSet.of()));
    }

    /**
     * Has a VM's database promoted. Whoever else may write does not any more before that: it hands over where it is well, and is off where
     * it is lost.
     *
     * @param isOff the VM that is confirmed off by then; empty for none
     */
    int promotion(VmId target, Set<Integer> after, Optional<VmId> isOff) {
        Set<Integer> before = new TreeSet<>(after);
        facts.lostHostsOfOtherWriters(target).forEach(host -> before.add(fence(host)));
        facts.wellWriterBeside(target)
                .filter(writer -> !isOff.equals(Optional.of(writer)))
                .ifPresent(writer -> before.add(add(new Action.Demote(writer), before)));
        return add(new Action.Promote(target), before);
    }

    Plan plan(PlanId id) {
        return new Plan(id, steps);
    }
}
