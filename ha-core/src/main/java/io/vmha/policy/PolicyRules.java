package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The operator's choices, and the rules and preferences of the user: given once, they hold for every policy. Immutable and
 * thread-safe.
 *
 * @param config the operator's choices
 * @param eligibility hard rules for the VMs that requests go to
 * @param preferences what orders them, after the built-in preferences
 * @param placement hard rules for the hosts that VMs are placed on
 */
record PolicyRules(
        FailoverConfig config,
        List<EligibilityRule> eligibility,
        List<Preference> preferences,
        List<PlacementRule> placement) {

    PolicyRules {
        eligibility = ImmutableList.copyOf(eligibility);
        preferences = ImmutableList.copyOf(preferences);
        placement = ImmutableList.copyOf(placement);
    }

    static PolicyRules of(FailoverConfig config) {
        return new PolicyRules(config, ImmutableList.of(), ImmutableList.of(), ImmutableList.of());
    }

    /** How targets are found, given what the occasion itself demands and prefers. */
    TargetSelection selection(List<EligibilityRule> builtIn, List<Preference> builtInPreferences) {
        ImmutableList.Builder<EligibilityRule> hard = ImmutableList.builder();
        if (!config.sameLabel().isEmpty()) {
            hard.add(EligibilityRule.SAME_LABELS);
        }
        return new TargetSelection(
                builtIn,
                hard.addAll(eligibility).build(),
                ImmutableList.<Preference>builder()
                        .addAll(builtInPreferences)
                        .addAll(preferences)
                        .build());
    }

    /** Says why the user's rules refuse a host; empty if they do not. */
    Optional<String> placementRefusal(VirtualMachine vm, Host host, Supplier<Inventory> inventory) {
        if (placement.isEmpty()) {
            return Optional.empty();
        }
        PlacementContext context = new PlacementContext(inventory, config);
        for (PlacementRule rule : placement) {
            Optional<String> refusal = rule.refusal(vm, host, context);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }
}
