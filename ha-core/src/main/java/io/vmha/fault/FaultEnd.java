package io.vmha.fault;

/** What can close a fault; {@link FaultKind#closedBy} says which of them close which kind. */
public enum FaultEnd {
    /** The monitor's or an operator's word that the VM is healthy and powered on. */
    REPAIRED,
    /** The center started the VM anew, restarted or cloned from its template. */
    RECOVERED,
    /** A reading of the platform shows the VM running, on a host that is up. */
    SEEN_RUNNING,
    /** The host is up again. */
    HOST_UP
}
