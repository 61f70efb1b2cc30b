package io.vmha.detection;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;

/**
 * Looks at a silent machine in a way that does not depend on its monitor, such as through its host. Only what it answers can
 * turn one machine's silence into a failure.
 *
 * <p>Safe to call from many threads at once. It may block; what it throws counts as {@link SecondLook#UNKNOWN}.
 */
@FunctionalInterface
public interface SecondCheck {

    /**
     * Looks at the machine.
     *
     * @param vm the machine
     * @param host the host that it is on
     * @param deadline how long it may take, more than 0
     */
    SecondLook look(VmId vm, HostId host, Duration deadline);
}
