package io.vmha.model;

/** Which of the two clusters a host belongs to (rule 1 of the reference design). */
public enum ClusterRole {
    /** Serves users' requests. */
    PRIMARY,
    /** Stands by; touched only when the primary cluster has nothing left, so that its data stays safe. */
    STANDBY
}
