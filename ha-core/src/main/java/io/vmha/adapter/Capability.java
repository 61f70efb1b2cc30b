package io.vmha.adapter;

/** What a hypervisor adapter can do besides telling the inventory and the power state. */
public enum Capability {
    /** Powers a machine off hard. */
    POWER_OFF,
    /** Asks the guest to shut down before powering it off hard. */
    GRACEFUL_POWER_OFF,
    /** Powers a machine on where it is. */
    POWER_ON,
    /** Powers a machine that is off on another host than it was on. */
    RESTART_ELSEWHERE,
    /** Changes a machine's allocation while it runs. */
    REALLOCATE,
    /** Moves a running machine to another host. */
    LIVE_MIGRATION,
    /** Makes a machine anew from a template. */
    CLONE,
    /** Tells what replacements of machines left behind, and deletes it. */
    DELETE_LEFTOVERS
}
