package io.vmha.testkit.contract;

import io.vmha.adapter.FencingDevice;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.Optional;

/**
 * Hosts with a fencing device, in the state that {@link FencingDeviceContractTest} begins each test in: both hosts are on,
 * and the device can fence both.
 *
 * <p>Whoever writes a device implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface FencingTestbed extends AutoCloseable {

    /** The device under test. */
    FencingDevice device();

    /** A host that is on. */
    HostId host();

    /** Another host that is on. */
    HostId otherHost();

    /** How long a call may take here that is expected to succeed; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    /**
     * Makes the device of {@link #host()} hang, so that it answers nothing, until the returned handle is closed. Empty where
     * the device cannot hang, such as one within this process.
     */
    default Optional<AutoCloseable> hang() {
        return Optional.empty();
    }

    @Override
    void close();
}
