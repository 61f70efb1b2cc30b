package io.vmha.center.leader;

/** Says that this center does not lead, or not any more: the leader takes the report, or finishes the plan. */
public final class NotLeaderException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Makes one that says why. */
    public NotLeaderException(String message) {
        super(message);
    }
}
