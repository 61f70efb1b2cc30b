package io.vmha.testkit.contract;

import io.vmha.detection.SecondCheck;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Optional;

/**
 * Two VMs and their hosts, in the state that {@link SecondCheckContractTest} begins each test in: all that is wrong is that the VMs'
 * monitors are silent. Both VMs are on, their guests live, and their hosts answer.
 *
 * <p>Whoever writes a check implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface SecondCheckTestbed extends AutoCloseable {

    /** The check under test. */
    SecondCheck check();

    /** A VM. */
    VmId vm();

    /** The host that it is on. */
    HostId host();

    /** Another VM, on another host. */
    VmId otherVm();

    /** The host that the other VM is on. */
    HostId otherHost();

    /** Whether the check sees that a guest lives. One that asks for power states alone does not. */
    boolean seesLife();

    /** Powers {@link #vm()} off, past the check. */
    void powerOff();

    /**
     * Has the guest of {@link #vm()} hang, while the VM stays on.
     *
     * @return whether it hangs; false where that cannot be done
     */
    default boolean hangGuest() {
        return false;
    }

    /**
     * Has {@link #host()} answer nothing, as one does that is cut off by a network that drops all packets, until the returned handle is
     * closed. Empty where that cannot be done.
     */
    default Optional<AutoCloseable> silenceHost() {
        return Optional.empty();
    }

    /** How long a look may take here at what answers; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    @Override
    void close();
}
