package io.vmha.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
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
 * EvacuationPolicy}. Immutable and thread-safe.
 */
public final class PrimaryThenStandbyPolicy implements FailoverPolicy {
    private final FailoverConfig config;
    private final TargetSelection selection;

    private PrimaryThenStandbyPolicy(Builder builder) {
        this.config = builder.config;
        this.selection = new TargetSelection(
                ImmutableList.<EligibilityRule>builder()
                        .add(EligibilityRule.NOT_LAGGING)
                        .addAll(builder.rules.build())
                        .build(),
                builder.preferences.build());
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
        return report.subject().fold(vm -> onVm(inventory, report, vm), host -> onHost(inventory, report, host));
    }

    /**
     * Decides about hosts that failed at once, such as those of a rack: one batch, in which no machine of one is a target for
     * another's.
     *
     * @param inventory what there is; it may, but need not, already show the faults
     * @param reports reports of hosts, one or more, all of the kind HOST_DOWN or all HOST_UNREACHABLE
     * @throws IllegalArgumentException if there are none, or they are of other or several kinds
     */
    @Override
    public Decision decideAll(Inventory inventory, List<FaultReport> reports) {
        List<FaultReport> all = ImmutableList.copyOf(reports);
        checkArgument(!all.isEmpty(), "at least one report is needed");
        FaultKind kind = all.get(0).kind();
        checkArgument(
                kind == FaultKind.HOST_DOWN || kind == FaultKind.HOST_UNREACHABLE,
                "only hosts that are down or unreachable fail over together: %s",
                kind);
        ImmutableSet.Builder<HostId> hosts = ImmutableSet.builder();
        for (FaultReport report : all) {
            checkArgument(report.kind() == kind, "reports of one kind are needed: %s and %s", kind, report.kind());
            if (report.subject() instanceof FaultSubject.OfHost subject
                    && inventory.host(subject.host()).isPresent()) {
                hosts.add(subject.host());
            }
        }
        return new FailoverDecider(config, selection, inventory, all).onHosts(hosts.build());
    }

    private Decision onVm(Inventory inventory, FaultReport report, VmId id) {
        VirtualMachine vm = inventory.vm(id).orElse(null);
        return vm == null
                ? unknown(report)
                : new FailoverDecider(config, selection, inventory, ImmutableList.of(report)).onVm(vm);
    }

    private Decision onHost(Inventory inventory, FaultReport report, HostId id) {
        if (inventory.host(id).isEmpty()) {
            return unknown(report);
        }
        if (report.kind() == FaultKind.HOST_DEGRADED) {
            return new EvacuationPolicy().decide(FaultEffects.apply(inventory, report), id, Trigger.HOST_DEGRADED);
        }
        return new FailoverDecider(config, selection, inventory, ImmutableList.of(report)).onHosts(ImmutableSet.of(id));
    }

    private static Decision unknown(FaultReport report) {
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
        private final ImmutableList.Builder<Preference> preferences = ImmutableList.<Preference>builder()
                .add(Preference.ON_SOUND_HOST, Preference.ON_ANOTHER_HOST, Preference.IN_ANOTHER_RACK);

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

        /** Returns the policy. */
        public PrimaryThenStandbyPolicy build() {
            return new PrimaryThenStandbyPolicy(this);
        }
    }
}
