package io.vmha.model;

/** Whether the writer's commits wait for a replica, as the replica's direct source says. */
public enum Synchrony {
    /** Every commit waits for this very replica. */
    SYNCHRONOUS,
    /** Every commit waits for some replicas of a quorum that this one belongs to: a commit may be acknowledged without it. */
    QUORUM,
    /** Commits would wait for it if a replica with a higher priority were lost. */
    POTENTIAL,
    /** No commit waits for it. */
    ASYNCHRONOUS,
    /** Its source was not read, or does not see it. */
    UNKNOWN
}
