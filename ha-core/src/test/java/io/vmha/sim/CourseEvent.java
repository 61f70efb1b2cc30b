package io.vmha.sim;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;

/**
 * Something that happens in a simulation: goes wrong, or right again, or is done by people.
 *
 * @param at virtual time since the start
 * @param kind what
 * @param vm the VM that it is about, for kinds about VMs
 * @param host the host that it is about, for kinds about hosts
 * @param number how long, how late, or how often, as the kind has it; 0 or more and less than 100
 */
record CourseEvent(Duration at, Kind kind, VmId vm, HostId host, int number) {

    CourseEvent with(Duration other) {
        return new CourseEvent(other, kind, vm, host, number);
    }

    CourseEvent with(Kind other) {
        return new CourseEvent(at, other, vm, host, number);
    }

    CourseEvent with(VmId otherVm, HostId otherHost) {
        return new CourseEvent(at, kind, otherVm, otherHost, number);
    }

    enum Kind {
        /** A guest fails, and its monitor reports it. */
        VM_FAILS,
        /** A guest fails, and its monitor powers it off and reports it. */
        VM_ISOLATES_ITSELF,
        /** A VM stops, and nobody reports it. */
        VM_STOPS_UNTOLD,
        HOST_FAILS,
        RACK_FAILS,
        HOST_PARTITIONED,
        HOST_DEGRADED,
        /** A host is back, and that is told; now and then its VMs start with it. */
        HOST_BACK,
        /** A VM is repaired and started by hand where it is, and that is told. */
        VM_REPAIRED,
        /** A VM is started by hand, and nobody tells. */
        VM_STARTED_UNTOLD,
        /** A VM is moved by hand, and nobody tells. */
        VM_MOVED_UNTOLD,
        /** A VM is resized by hand, and nobody tells. */
        VM_RESIZED_UNTOLD,
        VM_ADDED,
        VM_DELETED,
        HOST_ADDED,
        REPORT_REPEATED,
        LOAD,
        MAINTENANCE,
        DESIRED_OFF,
        DESIRED_RUNNING,
        DESIRED_UNMANAGED,
        LAG,
        LAG_UNKNOWN,
        LAG_ACCEPTED,
        /** The orchestrator hands over a reading that it has just begun. */
        RESYNC,
        /** The orchestrator hands over a reading that it began long before. */
        RESYNC_STALE,
        APPROVAL,
        /** What is held is looked at now and approved later. */
        APPROVAL_LATE,
        REJECTION,
        PAUSE,
        RESUME,
        AUTOMATION,
        CENTER_CRASHES,
        CENTER_TAKES_OVER,
        LEADERSHIP_LOST,
        JOURNAL_FAILS,
        CLOCK_JUMPS,
        /** The next call to power a VM off fails. */
        POWER_OFF_FAILS,
        /** The next call to move a VM's requests fails. */
        ROUTE_FAILS,
        /** The database that a VM uses receives nothing more from the one that it replicates, both running on. */
        STREAM_BREAKS,
        STREAM_BACK
    }
}
