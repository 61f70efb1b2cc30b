package io.vmha.center.journal;

import io.vmha.fault.FaultReport;
import io.vmha.policy.Trigger;
import java.time.Instant;

/**
 * A fault that is not closed. A VM that was seen lost with its host has one of its own, with the host's report: that the host
 * is back says nothing about the VM. Immutable.
 *
 * @param report the report that opened it
 * @param since when it was opened, by the center's clock
 */
public record OpenFault(FaultReport report, Instant since) {

    /** What decisions about it are triggered by. */
    public Trigger trigger() {
        return Trigger.of(report.kind());
    }
}
