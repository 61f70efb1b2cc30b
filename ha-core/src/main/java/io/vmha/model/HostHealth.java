package io.vmha.model;

/** What the management center knows of a host's state. */
public enum HostHealth {
    /** Works. */
    UP,
    /** Still runs its virtual machines, but a part of it is failing: they are to be evacuated. */
    DEGRADED,
    /** Does not answer management; its virtual machines may be running still. */
    UNREACHABLE,
    /** Confirmed off, and all its virtual machines with it. */
    DOWN;

    /** Whether the virtual machines on such a host can be relied on to run. */
    public boolean runsVms() {
        return this == UP || this == DEGRADED;
    }
}
