package io.vmha.monitor;

/** Which comes first: that the machine is isolated, or that the fault is reported. */
public enum IsolationOrder {
    /** The report is sent; the machine is isolated when a center confirms it, or when the bounded wait is over. */
    REPORT_FIRST,
    /** The machine is isolated; if it still runs when that has ended, or when the bounded wait is over, the fault is reported. */
    POWER_OFF_FIRST,
    /** Both at once. */
    BOTH
}
