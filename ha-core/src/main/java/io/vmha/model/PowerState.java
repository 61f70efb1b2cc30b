package io.vmha.model;

/** The power state of a virtual machine as its hypervisor tells it. */
public enum PowerState {
    /** Running. */
    ON,
    /** Off: it executes nothing and writes nothing. */
    OFF,
    /** Stopped in a way that it can continue from; it may still hold its disks, so it is not off. */
    SUSPENDED,
    /** The hypervisor does not know or does not answer. */
    UNKNOWN
}
