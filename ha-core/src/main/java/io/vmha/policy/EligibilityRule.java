package io.vmha.policy;

import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import java.util.Optional;

/**
 * Refuses a candidate that must not take a failed machine's requests, and says why. Pure.
 *
 * <p>Candidates are healthy, powered-on machines of the failed one's type on available hosts; a rule can only narrow that.
 */
@FunctionalInterface
public interface EligibilityRule {

    /** A database of the standby cluster is not too far behind its source, {@link FailoverConfig#maxReplicationLag}. */
    EligibilityRule NOT_LAGGING = (candidate, context) -> context.config().lagsTooFar(candidate.vm())
                    && candidate.host().role() == ClusterRole.STANDBY
            ? Optional.of("its database is " + candidate.vm().replicationLag().orElseThrow() + " behind its source")
            : Optional.empty();

    /** Returns why the candidate is refused, for a person; empty if this rule does not mind it. */
    Optional<String> refusal(Candidate candidate, FailoverContext context);
}
