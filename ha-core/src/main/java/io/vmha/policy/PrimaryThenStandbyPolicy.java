package io.vmha.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
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
 * @see HaPolicies#failover
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
}
