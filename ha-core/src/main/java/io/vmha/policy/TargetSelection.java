package io.vmha.policy;

import io.vmha.model.ClusterRole;
import io.vmha.model.VirtualMachine;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the machine that takes a failed one's requests within one cluster.
 *
 * <p>The order is: with headroom, then the preferences one after the other, then the least load after the move, then the
 * id. Within the machines of one size the inventory gives them by load, so that a search there ends at the first one that
 * no preference minds: all after it are worse or equal.
 */
final class TargetSelection {

    /** The load that a machine can carry. */
    private static final double FULL = 1.0;

    private final List<EligibilityRule> rules;
    private final List<Preference> preferences;

    TargetSelection(List<EligibilityRule> rules, List<Preference> preferences) {
        this.rules = rules;
        this.preferences = preferences;
    }

    static boolean hasHeadroom(VirtualMachine candidate, FailoverContext context) {
        return context.loadAfterMove(candidate) <= FULL;
    }

    Optional<VirtualMachine> best(FailoverContext context, ClusterRole role) {
        VirtualMachine best = null;
        for (SortedSet<VirtualMachine> size :
                context.inventory().servingBySize(context.failed().type(), role)) {
            VirtualMachine found = bestOfSize(size, context);
            if (found != null && (best == null || compare(found, best, context) < 0)) {
                best = found;
            }
        }
        return Optional.ofNullable(best);
    }

    private @Nullable VirtualMachine bestOfSize(SortedSet<VirtualMachine> size, FailoverContext context) {
        VirtualMachine best = null;
        for (VirtualMachine candidate : size) {
            if (refusal(candidate, context).isPresent()) {
                continue;
            }
            if (best == null || compare(candidate, best, context) < 0) {
                best = candidate;
            }
            if (isUnobjectionable(candidate, context)) {
                break;
            }
        }
        return best;
    }

    private boolean isUnobjectionable(VirtualMachine candidate, FailoverContext context) {
        for (Preference preference : preferences) {
            if (preference.penalty(candidate, context) > 0) {
                return false;
            }
        }
        return true;
    }

    /** Says why a machine is no candidate; empty if it is one. */
    Optional<String> refusal(VirtualMachine candidate, FailoverContext context) {
        if (candidate.id().equals(context.failed().id())) {
            return Optional.of("it is the failed VM");
        }
        for (EligibilityRule rule : rules) {
            Optional<String> refusal = rule.refusal(candidate, context);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** Says what the chosen machine has that another eligible one has less of. */
    String whyPassedOver(VirtualMachine other, VirtualMachine chosen, FailoverContext context) {
        if (hasHeadroom(chosen, context) && !hasHeadroom(other, context)) {
            return "the load would exceed what it has";
        }
        for (Preference preference : preferences) {
            if (preference.penalty(other, context) > preference.penalty(chosen, context)) {
                return "not " + preference.name();
            }
        }
        return context.loadAfterMove(other) > context.loadAfterMove(chosen)
                ? "more loaded after the move"
                : "as good, later by name";
    }

    private int compare(VirtualMachine left, VirtualMachine right, FailoverContext context) {
        int order = Boolean.compare(hasHeadroom(right, context), hasHeadroom(left, context));
        for (int i = 0; order == 0 && i < preferences.size(); i++) {
            Preference preference = preferences.get(i);
            order = Integer.compare(preference.penalty(left, context), preference.penalty(right, context));
        }
        if (order == 0) {
            order = Double.compare(context.loadAfterMove(left), context.loadAfterMove(right));
        }
        return order == 0 ? left.id().compareTo(right.id()) : order;
    }
}
