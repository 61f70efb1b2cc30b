package io.vmha.adapter;

import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Optional;

/**
 * A platform with an adapter on it, in the state that {@link HypervisorAdapterContractTest} begins each test in: the machine
 * {@link #vm()} is on, on {@link #host()}; both hosts are up, and each has the room for that machine, {@link #grown()}.
 *
 * <p>Whoever writes an adapter implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface HypervisorTestbed extends AutoCloseable {

    /** The adapter under test; the test may close it, and closing it again does nothing. */
    HypervisorAdapter adapter();

    /** A machine that is on. */
    VmId vm();

    /** The host that it is on. */
    HostId host();

    /** Another host, which has the room for that machine, and could take it by live migration if the adapter can do that. */
    HostId otherHost();

    /** A template that a machine can be cloned from; used only if the adapter can clone. */
    TemplateId template();

    /** An allocation other than the machine's own that it can be given while it runs; used only if the adapter can do that. */
    Resources grown();

    /** How long a call may take here that is expected to succeed; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    /**
     * Makes {@link #host()} hang: it keeps its connections open and answers nothing, until the returned handle is closed.
     * Empty where the platform cannot hang, such as one within this process.
     */
    default Optional<AutoCloseable> hang() {
        return Optional.empty();
    }

    @Override
    void close();
}
