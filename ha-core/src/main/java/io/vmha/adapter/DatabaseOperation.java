package io.vmha.adapter;

/** What a {@link DatabaseCluster} may be able to do beside reading and promoting. */
public enum DatabaseOperation {
    /** Holding a writer's writes back and releasing them. */
    HOLD_WRITES,
    /** Making a writer a replica in an orderly way. */
    DEMOTE,
    /** Stopping a member by force. */
    FENCE,
    /** Making a replica of a member that has a history of its own. */
    REJOIN
}
