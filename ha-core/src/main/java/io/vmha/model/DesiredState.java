package io.vmha.model;

/** What an operator or the orchestrator wants of a VM. */
public enum DesiredState {
    /** It should run: where it does not, that is a fault. */
    RUNNING,
    /** It should be off, or left off: that it does not run is no fault, and nothing starts it. */
    OFF,
    /** Hands off: whatever becomes of it is somebody else's concern. */
    UNMANAGED
}
