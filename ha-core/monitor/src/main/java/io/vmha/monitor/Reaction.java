package io.vmha.monitor;

/** What a fault leads to. */
public enum Reaction {
    /** The fault is reported, and the machine isolated. */
    ISOLATE,
    /**
     * The fault is told to the monitor's listener; the machine goes on. No center is told: for a center a report of a fault means that
     * the machine's requests move, and that it is powered off where its type requires that.
     */
    REPORT_ONLY
}
