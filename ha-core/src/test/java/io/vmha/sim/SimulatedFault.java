package io.vmha.sim;

import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;

/**
 * Something that goes wrong, or right again, in a simulation.
 *
 * @param at virtual time since the start
 * @param kind what
 * @param vm the machine that it is about, for kinds about machines
 * @param host the host that it is about, for kinds about hosts
 * @param number how long, how late, or how often, as the kind has it
 */
record SimulatedFault(Duration at, Kind kind, VmId vm, HostId host, int number) {
    enum Kind {
        VM_FAILS,
        VM_ISOLATES_ITSELF,
        HOST_FAILS,
        RACK_FAILS,
        HOST_PARTITIONED,
        HOST_BACK,
        VM_REPAIRED,
        REPORT_REPEATED,
        LOAD,
        MAINTENANCE,
        CENTER_CRASHES,
        CENTER_TAKES_OVER,
        LEADERSHIP_LOST,
        JOURNAL_FAILS,
        CLOCK_JUMPS,
        APPROVAL
    }

    static final FaultKind VM_FAULT = FaultKind.FILESYSTEM_READ_ONLY;
}
