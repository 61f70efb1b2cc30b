package io.vmha.testkit.contract;

import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.List;
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

    /** Another VM on {@link #host()} that is on, which what is done to {@link #vm()} must leave alone. Empty where there is none. */
    default Optional<VmId> neighbour() {
        return Optional.empty();
    }

    /** A VM on {@link #otherHost()} that is on, with the same use. Empty where there is none. */
    default Optional<VmId> vmOnOtherHost() {
        return Optional.empty();
    }

    /** How long a call may take here that is expected to succeed; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    /**
     * Reads the power state of {@link #vm()} past the adapter, such as by the platform's own command. Empty where there is no other
     * way to the platform; then what the adapter says is taken for what is.
     */
    default Optional<PowerState> actualPower() {
        return Optional.empty();
    }

    /**
     * Powers {@link #vm()} off past the adapter, as an operator at the platform's console does, and returns true; false where there is
     * no other way to the platform.
     */
    default boolean powerOffPastTheAdapter() {
        return false;
    }

    /**
     * Until the returned handle is closed, the platform does what it is asked to do of {@link #vm()}, and answers nothing: the network
     * breaks after a request, or the management service is slow. Empty where that cannot be had.
     */
    default Optional<AutoCloseable> loseAnswers() {
        return Optional.empty();
    }

    /**
     * Until the returned handle is closed, the platform does what it is asked to do of {@link #vm()}, and answers with an error of its
     * own that says nothing of that, such as status 500 of HTTP. Empty where that cannot be had.
     */
    default Optional<AutoCloseable> breakAnswers() {
        return Optional.empty();
    }

    /** What must never be in a name or a message: passwords, tokens, keys. None unless told otherwise. */
    default List<String> secrets() {
        return List.of();
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
