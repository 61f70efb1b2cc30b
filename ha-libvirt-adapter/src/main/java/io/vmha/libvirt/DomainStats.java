package io.vmha.libvirt;

import io.vmha.model.PowerState;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What libvirt's bulk statistics tell of one domain. Immutable.
 *
 * @param uuid the domain's UUID
 * @param name the domain's name
 * @param state libvirt's {@code virDomainState}
 * @param memoryKiB the memory that it has now, or would start with; absent where the driver does not tell
 * @param vcpus the vCPUs that it has now, or would start with; absent where the driver does not tell
 * @param cpuNanos CPU time used since it started; absent where it does not run or the driver does not tell
 */
record DomainStats(
        UUID uuid, String name, int state, OptionalLong memoryKiB, OptionalLong vcpus, OptionalLong cpuNanos) {
    static final int RUNNING = 1;
    static final int BLOCKED = 2;
    static final int PAUSED = 3;
    static final int SHUTTING_DOWN = 4;
    static final int SHUT_OFF = 5;
    static final int CRASHED = 6;
    static final int PM_SUSPENDED = 7;

    DomainStats withState(int changed) {
        return new DomainStats(uuid, name, changed, memoryKiB, vcpus, cpuNanos);
    }

    PowerState power() {
        return power(state);
    }

    /** libvirt's domain state as a power state; a guest that shuts down or is paused still holds its disks. */
    static PowerState power(int state) {
        return switch (state) {
            case RUNNING, BLOCKED, SHUTTING_DOWN -> PowerState.ON;
            case PAUSED, PM_SUSPENDED -> PowerState.SUSPENDED;
            case SHUT_OFF, CRASHED -> PowerState.OFF;
            default -> PowerState.UNKNOWN;
        };
    }
}
