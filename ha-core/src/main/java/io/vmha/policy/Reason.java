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
    UNKNOWN_SUBJECT,
    /** The VM runs on two hosts at once: nothing of it is started or powered off before an operator has looked. */
    SPLIT_BRAIN,
    /** The only hosts that could take the VM run one of the same anti-affinity group. */
    ANTI_AFFINITY,
    /** A hard rule, of labels or of the user's own, refuses every candidate. */
    RULE,
    /**
     * How far the database that could take over is behind its source cannot be read, and a limit is set; or it has a history of its own
     * and has to rejoin first.
     */
    LAG_UNKNOWN,
    /** The fault that the step acts for is closed. */
    FAULT_CLOSED,
    /** The chosen target does not serve, or its host does not take the VM, any more. */
    TARGET_GONE,
    /** A VM that must be off may be running on a host that does not answer. */
    PLACE_UNCERTAIN,
    /** So many VMs on hosts that are up look failed that nothing is powered off until that clears or an operator approves. */
    VM_STORM_GUARD,
    /** The center is paused by an operator. */
    PAUSED,
    /** An operator rejected the plan; it is not decided again before a new report or an operator's call. */
    REJECTED,
    /** The VM is desired OFF or UNMANAGED. */
    NOT_WANTED,
    /** The policy's decision breaks a rule that holds for every policy, and is refused. */
    INVALID_DECISION
}
