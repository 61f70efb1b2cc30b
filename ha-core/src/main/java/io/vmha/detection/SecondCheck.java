package io.vmha.detection;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;

/**
 * Looks at a silent machine in a way that does not depend on its monitor, such as through its host. Only what it answers can
 * turn one machine's silence into a failure.
 *
 * <p>It tells what it sees in this look, and nothing that it remembers. A host that does not answer in time, by itself or for what is in
 * between, is {@link SecondLook#HOST_SILENT} or {@link SecondLook#UNKNOWN}, and says nothing of the machine; a machine that it does not know is
 * {@code UNKNOWN}, and not off. A look whose thread is interrupted may end early: it is {@code UNKNOWN} then, and the thread stays interrupted.
 *
 * <p>Safe to call from many threads at once: a host that does not answer holds up no look at another. It may block; what it throws counts as
 * {@code UNKNOWN}.
 */
@FunctionalInterface
public interface SecondCheck {

    /**
     * Looks at the machine, and returns by the deadline.
     *
     * @param vm the machine
     * @param host the host that it is on
     * @param deadline how long it may take, more than 0
     */
    SecondLook look(VmId vm, HostId host, Duration deadline);
}
