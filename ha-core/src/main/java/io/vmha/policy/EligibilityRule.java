package io.vmha.policy;

import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.VirtualMachine;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Refuses a candidate that must not take another VM's requests, and says why. Pure.
 *
 * <p>Candidates are healthy, powered-on VMs of the same type on available hosts; a rule can only narrow that. The same rules
 * are asked when a VM has failed, when its load is to move, and when it is to have its requests back.
 */
@FunctionalInterface
public interface EligibilityRule {

    /**
     * A database of the standby cluster is not too far behind its source, {@link FailoverConfig#maxReplicationLag}, and where
     * there is such a limit its lag is known.
     */
    EligibilityRule NOT_LAGGING = (candidate, context) -> context.config().isLagRefused(candidate.vm())
                    && candidate.host().role() == ClusterRole.STANDBY
            ? Optional.of("its database is "
                    + candidate.vm().replicationLag().map(Duration::toString).orElse("an unknown time")
                    + " behind its source")
            : Optional.empty();

    /** The candidate has the same values of the labels {@link FailoverConfig#sameLabel}; absent is a value of its own. */
    EligibilityRule SAME_LABELS = (candidate, context) -> {
        VirtualMachine from = context.failed();
        for (String label : context.config().sameLabel()) {
            String wanted = from.labels().get(label);
            String found = candidate.vm().labels().get(label);
            if (!Objects.equals(wanted, found)) {
                return Optional.of("its label " + label + " is " + (found == null ? "absent" : found) + ", not "
                        + (wanted == null ? "absent" : wanted));
            }
        }
        return Optional.empty();
    };

    /** Returns why the candidate is refused, for a person; empty if this rule does not mind it. */
    Optional<String> refusal(Candidate candidate, FailoverContext context);
}
