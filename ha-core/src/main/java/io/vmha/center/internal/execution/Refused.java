package io.vmha.center.internal.execution;

import io.vmha.policy.Reason;

/** What was read at the effect forbids it, for a reason that a decision gives: nothing was done. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    Refused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
