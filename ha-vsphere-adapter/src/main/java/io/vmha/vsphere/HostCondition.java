package io.vmha.vsphere;

import io.vmha.model.HostHealth;
import io.vmha.vsphere.internal.vim.ManagedObject;

/** What vCenter says of its connection to a host. */
enum HostCondition {
    /** Answers vCenter. */
    CONNECTED,
    /** Does not answer vCenter, which wants it to; its VMs may be running still. */
    NOT_RESPONDING,
    /** Was taken off vCenter by somebody; its VMs run on, unseen. */
    DISCONNECTED,
    /** Was powered off to save power, by somebody or by DPM, which moved its VMs away before. */
    STAND_BY,
    /** vCenter does not tell, as where the user's role was taken away, or tells what this library does not know. */
    UNKNOWN;

    static HostCondition of(ManagedObject host) {
        if (host.text(InventoryProperties.POWER).equals("standBy")) {
            return STAND_BY;
        }
        return switch (host.text(InventoryProperties.CONNECTION)) {
            case "connected" -> CONNECTED;
            case "notResponding" -> NOT_RESPONDING;
            case "disconnected" -> DISCONNECTED;
            default -> UNKNOWN;
        };
    }

    /**
     * Only a host that ought to answer and does not is in doubt. It is never told to be down: its VMs may be running still.
     * An overall status of red is no sign, since vCenter's alarms turn it red for mere use.
     */
    HostHealth health() {
        return this == NOT_RESPONDING ? HostHealth.UNREACHABLE : HostHealth.UP;
    }

    /** Whether it takes nothing new though nothing is said to be wrong with it. */
    boolean isOutOfService() {
        return this == DISCONNECTED || this == STAND_BY || this == UNKNOWN;
    }
}
