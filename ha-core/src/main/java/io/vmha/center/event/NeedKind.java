package io.vmha.center.event;

/** What is not as it should be about a VM. */
public enum NeedKind {
    /** Its requests, or those that it serves for others, are served by nobody healthy. */
    SERVE,
    /** It should run and does not, and is to be restarted or cloned anew. */
    RESTORE,
    /** It should leave its host, which is in maintenance or degraded. */
    DRAIN,
    /** It is healthy and should have its requests back. */
    RETURN
}
