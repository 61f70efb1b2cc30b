package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.model.Inventory;
import java.util.List;

/**
 * Checks a decision against the inventory before it becomes a plan, whoever made it: a policy is a user's code as any other.
 *
 * <p>It says where a target is not of the same type, not healthy, not powered on, on a host that is not available, or itself
 * failed (invariant 2 of the reference design); where placements together take a host past its capacity, or break anti-affinity
 * or a hard rule (5); where request shares would be lost, taken from a VM that does not serve them, or moved twice (9); and where a
 * VM or host is unknown, or a VM is decided twice for one need. Its cost grows with the parts of the decision, not with the
 * inventory. Pure, immutable and thread-safe.
 *
 * @see HaPolicies#check
 */
public final class DecisionCheck {
    private final PolicyRules placement;
    private final TargetSelection targets;

    /** The built-in policies have asked the user's rules already; one of the user's own need not have. */
    DecisionCheck(PolicyRules rules, boolean isOwnPolicy) {
        this.placement = isOwnPolicy ? rules : PolicyRules.of(rules.config());
        this.targets = placement.selection(
                isOwnPolicy ? ImmutableList.of(EligibilityRule.NOT_LAGGING) : ImmutableList.of(), ImmutableList.of());
    }

    /**
     * Returns what is wrong with a decision.
     *
     * @param inventory what there is, with the faults that it is about shown in it
     * @param decision what was decided
     * @return a sentence for each thing that is wrong, which names what it is about and the rule; empty if it may be carried out
     */
    public List<String> problems(Inventory inventory, Decision decision) {
        List<SubjectDecision> parts = decision.parts();
        return parts.isEmpty() ? ImmutableList.of() : new CheckedDecision(this, inventory, parts).problems();
    }

    FailoverConfig config() {
        return placement.config();
    }

    /** The rules that targets are asked for. */
    TargetSelection targets() {
        return targets;
    }

    /** The rules that hosts are asked for. */
    PolicyRules placement() {
        return placement;
    }
}
