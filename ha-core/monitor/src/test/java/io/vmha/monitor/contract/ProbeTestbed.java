package io.vmha.monitor.contract;

import io.vmha.monitor.Probe;
import io.vmha.monitor.report.GuestFault;
import java.time.Duration;
import java.util.Optional;

/**
 * A probe and what it looks at, in the state that {@link ProbeContractTest} begins each test in: all is well.
 *
 * <p>Whoever writes a probe implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface ProbeTestbed extends AutoCloseable {

    /** The probe under test, the same one each time. */
    Probe probe();

    /** The kind of fault that {@link #fail} brings about. */
    GuestFault fault();

    /** Has what it looks at fail, past the probe. */
    void fail() throws Exception;

    /** Ends what {@link #fail} began: all is well again. */
    void heal() throws Exception;

    /**
     * Has the probe unable to look: its program or the kernel's file is gone, or it may not be read.
     *
     * @return whether that is so; false where it cannot be done
     */
    default boolean blind() throws Exception {
        return false;
    }

    /** Has what it looks at answer nothing until the returned handle is closed. Empty where that cannot be done. */
    default Optional<Hang> hang() throws Exception {
        return Optional.empty();
    }

    /** How long a look may take here at most, and so how long the contract waits; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    @Override
    void close() throws Exception;
}
