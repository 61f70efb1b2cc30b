package io.vmha.monitor;

/** What a fault leads to. */
public enum Reaction {
    /** The fault is reported, and the machine isolated. */
    ISOLATE,
    /** The fault is reported; the machine goes on. */
    REPORT_ONLY
}
