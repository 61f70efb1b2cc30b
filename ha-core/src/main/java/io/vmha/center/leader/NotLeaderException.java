package io.vmha.center.leader;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says that this center does not lead, or not any more: the leader takes the report, or finishes the plan. */
public final class NotLeaderException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String leader;

    /** Makes one that says why, where it is not known who leads. */
    public NotLeaderException(String message) {
        super(message);
        leader = null;
    }

    /**
     * Makes one that says why, and who leads as far as is known.
     *
     * @param leader where the leader can be reached, as its instance was configured
     */
    public NotLeaderException(String message, String leader) {
        super(message);
        this.leader = leader;
    }

    /** Where the leader can be reached, if that is known. */
    public Optional<String> leader() {
        return Optional.ofNullable(leader);
    }
}
