package io.vmha.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Inventory;
import java.util.List;

/**
 * The default policy, rule 6 of the reference design: the failed machine's requests go to a healthy machine of the same
 * type in the primary cluster, and only if there is none to one in the standby cluster.
 *
 * <p>Among several it takes one that has the headroom for the load, then by the {@link Preference}s, then the one that is
 * least loaded afterwards, then by id. When none has the headroom it takes the least loaded all the same and says
 * OVERCOMMITTED: the standby cluster is for when none is healthy. A host's failure is one batch: its machines in order of
 * priority, the highest first, then by id, each in sight of what those before it took; after all requests have a place
 * come the machines that are cloned anew. A degraded host's machines, which still run, are evacuated by {@link
 * EvacuationPolicy}. A VM whose requests are served elsewhere already gives a redirect that moves nothing: whether its fault was met
 * before is for whoever carries decisions out to tell. Immutable and thread-safe.
 *
 * @see HaPolicies
 */
public final class PrimaryThenStandbyPolicy implements FailoverPolicy {
    private final PolicyRules rules;
    private final TargetSelection selection;
    private final EvacuationPolicy evacuation;

    PrimaryThenStandbyPolicy(PolicyRules rules) {
        this.rules = rules;
        this.selection = rules.selection(
                ImmutableList.of(EligibilityRule.NOT_LAGGING),
                ImmutableList.of(
                        Preference.LESS_BEHIND,
                        Preference.ON_SOUND_HOST,
                        Preference.ON_ANOTHER_HOST,
                        Preference.IN_ANOTHER_RACK));
        this.evacuation = new EvacuationPolicy(rules);
    }

    /** Returns the policy with the reference design's choices. */
    public static PrimaryThenStandbyPolicy withDefaults() {
        return builder().build();
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Decision decide(Inventory inventory, FaultReport report) {
        return decideAll(inventory, ImmutableList.of(report));
    }

    /**
     * Decides about faults that came at once, of any kinds, in one batch: what one of them stops is no target for another. The VMs
     * of all hosts that are down or unreachable and all VMs with a fault of their own come in one order of priority; then the VMs
     * that are cloned anew; then the evacuation of degraded hosts, in sight of all that; at last what is not in the inventory.
     *
     * @param inventory what there is; it may, but need not, already show the faults
     * @param reports the faults, one or more
     * @throws IllegalArgumentException if there are none
     */
    @Override
    public Decision decideAll(Inventory inventory, List<FaultReport> reports) {
        checkArgument(!reports.isEmpty(), "at least one report is needed");
        FaultBatch faults = FaultBatch.of(inventory, reports);
        FailoverDecider decider = new FailoverDecider(rules, selection, faults.showDegraded(inventory), faults);
        List<SubjectDecision> failovers = decider.decide();
        if (faults.degraded().isEmpty() && faults.unknown().isEmpty()) {
            return DecisionBatch.of(failovers);
        }
        ImmutableList.Builder<SubjectDecision> parts = ImmutableList.builder();
        parts.addAll(failovers);
        if (!faults.degraded().isEmpty()) {
            parts.addAll(evacuation
                    .decide(decider.after(), faults.leaving(inventory), Trigger.HOST_DEGRADED)
                    .parts());
        }
        faults.unknown().forEach(report -> parts.add(unknown(report)));
        return DecisionBatch.of(parts.build());
    }

    private static SubjectDecision unknown(FaultReport report) {
        FaultSubject subject = report.subject();
        return new SubjectDecision.Ignored(
                subject,
                Trigger.of(report.kind()),
                Reason.UNKNOWN_SUBJECT,
                Explanation.of(() -> subject + " is not in the inventory"));
    }

    /** Builds the policy; not thread-safe. */
    public static final class Builder {
        private FailoverConfig config = FailoverConfig.defaults();
        private final ImmutableList.Builder<EligibilityRule> rules = ImmutableList.builder();
        private final ImmutableList.Builder<Preference> preferences = ImmutableList.builder();
        private final ImmutableList.Builder<PlacementRule> placement = ImmutableList.builder();

        private Builder() {}

        /** Sets the operator's choices; the default is {@link FailoverConfig#defaults}. */
        @CanIgnoreReturnValue
        public Builder config(FailoverConfig chosen) {
            config = chosen;
            return this;
        }

        /** Adds a rule that a candidate must pass besides the built-in ones. */
        @CanIgnoreReturnValue
        public Builder rule(EligibilityRule rule) {
            rules.add(rule);
            return this;
        }

        /** Adds a preference, weaker than the built-in ones and those added before. */
        @CanIgnoreReturnValue
        public Builder preference(Preference preference) {
            preferences.add(preference);
            return this;
        }

        /** Adds a rule that a host must pass on which a VM is started, cloned or moved to. */
        @CanIgnoreReturnValue
        public Builder placementRule(PlacementRule rule) {
            placement.add(rule);
            return this;
        }

        /** Returns the policy. */
        public PrimaryThenStandbyPolicy build() {
            return new PrimaryThenStandbyPolicy(
                    new PolicyRules(config, rules.build(), preferences.build(), placement.build()));
        }
    }
}
