package io.vmha.monitor.contract;

import io.vmha.monitor.Isolation;
import java.time.Duration;
import java.util.Optional;

/**
 * An isolation and the VM that it isolates, in the state that {@link IsolationContractTest} begins each test in: the VM runs, and can be
 * isolated. The VM is a stand-in: what runs the test must be there afterwards.
 *
 * <p>Whoever writes an isolation implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface IsolationTestbed extends AutoCloseable {

    /** The isolation under test, the same one each time. */
    Isolation isolation();

    /** Whether the VM is isolated by now, as seen from outside. */
    boolean isIsolated();

    /** Has every way to isolate the VM fail, past the isolation. */
    void fail() throws Exception;

    /** Ends what {@link #fail} or {@link #hang} began, for tries that begin from now on: the VM can be isolated again. */
    void heal() throws Exception;

    /**
     * Has the ways to isolate the VM hang, as a program does whose disk is gone. A try that hangs may do so until the returned handle is
     * closed, even after {@link #heal}. Empty where that cannot be done.
     */
    default Optional<Hang> hang() throws Exception {
        return Optional.empty();
    }

    /** How long a try may take here at most, and so how long the contract waits; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    @Override
    void close() throws Exception;
}
