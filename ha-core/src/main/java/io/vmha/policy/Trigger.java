package io.vmha.policy;

import io.vmha.fault.FaultKind;

/** What made a decision necessary: a kind of fault, a load, an operator, or the end of a fault. */
public enum Trigger {
    /** {@link FaultKind#FILESYSTEM_READ_ONLY}. */
    FILESYSTEM_READ_ONLY,
    /** {@link FaultKind#GUEST_HUNG}. */
    GUEST_HUNG,
    /** {@link FaultKind#SERVICE_DOWN}. */
    SERVICE_DOWN,
    /** {@link FaultKind#DISK_FULL}. */
    DISK_FULL,
    /** {@link FaultKind#IO_ERROR}. */
    IO_ERROR,
    /** {@link FaultKind#POWERED_OFF}. */
    POWERED_OFF,
    /** {@link FaultKind#HOST_DOWN}. */
    HOST_DOWN,
    /** {@link FaultKind#HOST_UNREACHABLE}. */
    HOST_UNREACHABLE,
    /** {@link FaultKind#HOST_DEGRADED}. */
    HOST_DEGRADED,
    /** A machine's load exceeds the threshold. */
    LOAD,
    /** An operator takes a host out of service. */
    MAINTENANCE,
    /** A machine whose requests are served elsewhere is healthy again. */
    REPAIRED;

    /** Returns the trigger that a fault of that kind is. */
    public static Trigger of(FaultKind kind) {
        return switch (kind) {
            case FILESYSTEM_READ_ONLY -> FILESYSTEM_READ_ONLY;
            case GUEST_HUNG -> GUEST_HUNG;
            case SERVICE_DOWN -> SERVICE_DOWN;
            case DISK_FULL -> DISK_FULL;
            case IO_ERROR -> IO_ERROR;
            case POWERED_OFF -> POWERED_OFF;
            case HOST_DOWN -> HOST_DOWN;
            case HOST_UNREACHABLE -> HOST_UNREACHABLE;
            case HOST_DEGRADED -> HOST_DEGRADED;
        };
    }
}
