package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Optional;

/**
 * All policies as one thing: the operator's choices, rules and preferences that are given once hold for failover, load,
 * evacuation, failback and placement alike.
 *
 * <p>{@link EligibilityRule}s say which VMs may be given another's requests, {@link PlacementRule}s which hosts may be given a VM,
 * {@link Preference}s order the VMs that may be given requests. With a {@link FailoverPolicy} of the user's own, that policy
 * decides about faults and orders its targets itself; the rules still hold, since {@link #check} refuses a decision of its that
 * breaks one, and they hold in the other policies as ever. Immutable; thread-safe if the rules, preferences and the own policy are.
 */
public final class HaPolicies {
    private final PolicyRules rules;
    private final FailoverPolicy failover;
    private final LoadPolicy load;
    private final EvacuationPolicy evacuation;
    private final FailbackPolicy failback;
    private final DecisionCheck check;

    private HaPolicies(Builder builder) {
        this.rules = new PolicyRules(
                builder.config, builder.rules.build(), builder.preferences.build(), builder.placement.build());
        this.failover = builder.failover.orElseGet(() -> new PrimaryThenStandbyPolicy(rules));
        this.load = new LoadPolicy(rules);
        this.evacuation = new EvacuationPolicy(rules);
        this.failback = new FailbackPolicy(rules);
        this.check = new DecisionCheck(rules, builder.failover.isPresent());
    }

    /** Returns the policies with the reference design's choices. */
    public static HaPolicies withDefaults() {
        return builder().build();
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /** The operator's choices. */
    public FailoverConfig config() {
        return rules.config();
    }

    /** What is to be done about faults: the user's own policy, or {@link PrimaryThenStandbyPolicy}. */
    public FailoverPolicy failover() {
        return failover;
    }

    /** What is to be done about loads. */
    public LoadPolicy load() {
        return load;
    }

    /** Where VMs go whose host is to be emptied. */
    public EvacuationPolicy evacuation() {
        return evacuation;
    }

    /** When a VM that is healthy again has its requests back. */
    public FailbackPolicy failback() {
        return failback;
    }

    /** Which failures are survived with these policies, and where VMs may be added. */
    public FailoverCapacity capacity() {
        return new FailoverCapacity(failover, rules);
    }

    /** What is asked about every decision before it is carried out. */
    public DecisionCheck check() {
        return check;
    }

    /** Builds the policies; not thread-safe. */
    public static final class Builder {
        private FailoverConfig config = FailoverConfig.defaults();
        private final ImmutableList.Builder<EligibilityRule> rules = ImmutableList.builder();
        private final ImmutableList.Builder<Preference> preferences = ImmutableList.builder();
        private final ImmutableList.Builder<PlacementRule> placement = ImmutableList.builder();
        private Optional<FailoverPolicy> failover = Optional.empty();

        private Builder() {}

        /** Sets the operator's choices; the default is {@link FailoverConfig#defaults}. */
        @CanIgnoreReturnValue
        public Builder config(FailoverConfig chosen) {
            config = chosen;
            return this;
        }

        /** Adds a rule that a VM must pass to be given another's requests, besides the built-in ones. */
        @CanIgnoreReturnValue
        public Builder rule(EligibilityRule rule) {
            rules.add(rule);
            return this;
        }

        /** Adds a preference among such VMs, weaker than the built-in ones and those added before. */
        @CanIgnoreReturnValue
        public Builder preference(Preference preference) {
            preferences.add(preference);
            return this;
        }

        /** Adds a rule that a host must pass on which a VM is started, cloned or moved to, besides the built-in ones. */
        @CanIgnoreReturnValue
        public Builder placementRule(PlacementRule rule) {
            placement.add(rule);
            return this;
        }

        /** Sets a policy of the user's own for faults; the default is {@link PrimaryThenStandbyPolicy}. */
        @CanIgnoreReturnValue
        public Builder failover(FailoverPolicy own) {
            failover = Optional.of(own);
            return this;
        }

        /** Returns the policies. */
        public HaPolicies build() {
            return new HaPolicies(this);
        }
    }
}
