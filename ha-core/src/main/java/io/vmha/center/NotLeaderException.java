package io.vmha.center;

/** Says that this center does not lead, or not any more: the leader takes the report, or finishes the plan. */
public final class NotLeaderException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NotLeaderException(String message) {
        super(message);
    }
}
