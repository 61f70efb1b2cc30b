package io.vmha.policy;

import io.vmha.model.Candidate;
import java.util.List;
import java.util.Optional;
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

    private static final Optional<String> FAILED_ITSELF = Optional.of("it is the failed VM");

    private final List<EligibilityRule> builtIn;
    private final List<EligibilityRule> hardRules;
    private final List<Preference> preferences;

    /** The hard rules are those of labels and of the user: that they alone leave nothing is a reason of its own. */
    TargetSelection(List<EligibilityRule> builtIn, List<EligibilityRule> hardRules, List<Preference> preferences) {
        this.builtIn = builtIn;
        this.hardRules = hardRules;
        this.preferences = preferences;
    }

    static boolean hasHeadroom(Candidate candidate, FailoverContext context) {
        return context.loadAfterMove(candidate) <= FULL;
    }

    /** The best of all groups, each of machines of one size in the order of {@link Candidate}; null if none is eligible. */
    @Nullable
    Candidate best(Iterable<? extends Iterable<Candidate>> sizes, FailoverContext context) {
        Candidate best = null;
        for (Iterable<Candidate> size : sizes) {
            Candidate found = bestOfSize(size, context);
            if (found != null && (best == null || compare(found, best, context) < 0)) {
                best = found;
            }
        }
        return best;
    }

    private @Nullable Candidate bestOfSize(Iterable<Candidate> size, FailoverContext context) {
        Candidate best = null;
        for (Candidate candidate : size) {
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

    private boolean isUnobjectionable(Candidate candidate, FailoverContext context) {
        for (int i = 0; i < preferences.size(); i++) {
            if (preferences.get(i).penalty(candidate, context) > 0) {
                return false;
            }
        }
        return true;
    }

    /** Says why a machine is no candidate; empty if it is one. */
    Optional<String> refusal(Candidate candidate, FailoverContext context) {
        if (candidate.vm().id().equals(context.failed().id())) {
            return FAILED_ITSELF;
        }
        Optional<String> refusal = firstRefusal(builtIn, candidate, context);
        return refusal.isPresent() ? refusal : hardRefusal(candidate, context);
    }

    /** Says why a hard rule refuses a VM; empty if none does. */
    Optional<String> hardRefusal(Candidate candidate, FailoverContext context) {
        return firstRefusal(hardRules, candidate, context);
    }

    private static Optional<String> firstRefusal(
            List<EligibilityRule> rules, Candidate candidate, FailoverContext context) {
        for (int i = 0; i < rules.size(); i++) {
            Optional<String> refusal = rules.get(i).refusal(candidate, context);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** Says what the chosen machine has that another eligible one has less of. */
    String whyPassedOver(Candidate other, Candidate chosen, FailoverContext context) {
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

    private int compare(Candidate left, Candidate right, FailoverContext context) {
        int order = Boolean.compare(hasHeadroom(right, context), hasHeadroom(left, context));
        for (int i = 0; order == 0 && i < preferences.size(); i++) {
            Preference preference = preferences.get(i);
            order = Integer.compare(preference.penalty(left, context), preference.penalty(right, context));
        }
        if (order == 0) {
            order = Double.compare(context.loadAfterMove(left), context.loadAfterMove(right));
        }
        return order == 0 ? left.vm().id().compareTo(right.vm().id()) : order;
    }
}
