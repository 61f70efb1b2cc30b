package io.vmha.policy;

/** What a decision comes to, as a stable name for logs, reports and scenario files. */
public enum Outcome {
    /** The machine's requests go to another machine of its type. */
    REDIRECTED,
    /** The machine is powered on again, on a host with room for it. */
    RESTARTED,
    /** The machine is cloned anew from its template. */
    RECLONED,
    /** The machine gets more of its host's shared pool. */
    REALLOCATED,
    /** The loaded machine's requests go to another machine of its type. */
    SHIFTED,
    /** The machine is moved to another host while it runs. */
    MIGRATED,
    /** The machine is healthy again and has its requests back. */
    FAILED_BACK,
    /** No machine could take the requests, or no host the machine. */
    NO_TARGET,
    /** Something must not go on; the cause is the reason. */
    BLOCKED,
    /** Nothing is to be done; why is the reason. */
    IGNORED
}
