package io.vmha.monitor.report;

/** What became of a report that a {@link ReportListener} was given; its sender is told which, by a signed answer. */
public enum ReportOutcome {
    /** It, or an earlier copy of it, is written down so that no crash loses it: the only one that confirms it. */
    WRITTEN_DOWN,
    /** It was observed before what closed its fault or recovered its VM: it says nothing about now, and is not sent again. */
    STALE,
    /** Its VM is not in the inventory, or not yet: it is sent again. */
    UNKNOWN_VM,
    /** It was not taken, such as by a center that does not lead or cannot write: it is sent again. */
    NOT_TAKEN
}
