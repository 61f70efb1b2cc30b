package io.vmha.policy;

import io.vmha.model.VirtualMachine;
import java.util.Optional;

/**
 * Refuses a candidate that must not take a failed machine's requests, and says why. Pure.
 *
 * <p>Candidates are healthy, powered-on machines of the failed one's type on available hosts; a rule can only narrow that.
 */
@FunctionalInterface
public interface EligibilityRule {

    /** Returns why the candidate is refused, for a person; empty if this rule does not mind it. */
    Optional<String> refusal(VirtualMachine candidate, FailoverContext context);
}
