package io.vmha.monitor;

/** What a fault leads to. */
public enum Reaction {
    /** The fault is reported, and the machine isolated. */
    ISOLATE,
    /**
     * The fault is told to the monitor's listener, and to the centers as an advisory; the VM goes on. A center decides nothing for an
     * advisory: it moves no requests and powers nothing off.
     */
    REPORT_ONLY
}
