package io.vmha.policy;

/** Why a decision came out as it did, as a stable name for logs, reports and scenario files. */
public enum Reason {
    /** A healthy machine of the same type in the primary cluster takes the requests (rule 6 of the reference design). */
    SAME_TYPE_PRIMARY,
    /** The primary cluster has no healthy machine of the type, so one in the standby cluster takes the requests (rule 6). */
    SAME_TYPE_STANDBY,
    /** The host's shared pool has the room that the machine needs. */
    FROM_SHARED_POOL,
    /** The host's shared pool cannot meet the machine's need (rule 7 of the reference design). */
    POOL_EXHAUSTED,
    /** The machine's host is to be emptied: it is in maintenance or degraded. */
    HOST_EVACUATION,
    /** Neither cluster has a healthy machine of the type that may be used. */
    NO_SAME_TYPE_HEALTHY,
    /** No host of the same cluster has the room for the machine. */
    NO_CAPACITY,
    /** The only hosts that could take the machine are in maintenance. */
    HOST_IN_MAINTENANCE,
    /** The only hosts that could take the running machine have another, or an unknown, CPU platform or microcode. */
    INCOMPATIBLE_CPU,
    /** The database that could take over is too far behind its source. */
    REPLICATION_LAG,
    /** A machine whose type requires it could not be confirmed off. */
    FENCING_FAILED,
    /** An operator has to approve the plan first. */
    AWAITING_APPROVAL,
    /** An action that it needs failed for good, for a reason other than fencing. */
    ACTION_FAILED,
    /** So many hosts look lost that nothing is powered off until that clears or an operator approves. */
    STORM_GUARD,
    /** The machine was recovered so often of late that an operator must look at it. */
    RECOVERY_LIMIT,
    /** A later report of the same source about the same subject was taken before. */
    STALE,
    /** The subject's fault is already being dealt with, or was. */
    DUPLICATE,
    /** The report is about a machine or a host that is not in the inventory. */
    UNKNOWN_SUBJECT
}
