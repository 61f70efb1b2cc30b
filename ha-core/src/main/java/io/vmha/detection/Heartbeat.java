package io.vmha.detection;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.VmId;

/**
 * A sign of life of a machine's monitor or of a host. Immutable.
 *
 * @param subject who lives
 * @param incarnation which life of the sender it is, 0 or more, and higher after each restart, such as the second at which
 *     it was started
 * @param sequence the running number within that life, 0 or more
 */
public record Heartbeat(FaultSubject subject, long incarnation, long sequence) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one of them is negative
     */
    public Heartbeat {
        checkArgument(incarnation >= 0, "incarnation must be 0 or more: %s", incarnation);
        checkArgument(sequence >= 0, "sequence must be 0 or more: %s", sequence);
    }

    /**
     * A heartbeat of the monitor in a machine.
     *
     * @throws IllegalArgumentException if one of the numbers is negative
     */
    public static Heartbeat ofVm(VmId vm, long incarnation, long sequence) {
        return new Heartbeat(new FaultSubject.OfVm(vm), incarnation, sequence);
    }

    /**
     * A heartbeat of a host's management.
     *
     * @throws IllegalArgumentException if one of the numbers is negative
     */
    public static Heartbeat ofHost(HostId host, long incarnation, long sequence) {
        return new Heartbeat(new FaultSubject.OfHost(host), incarnation, sequence);
    }
}
