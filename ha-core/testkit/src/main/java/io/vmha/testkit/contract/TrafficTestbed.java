package io.vmha.testkit.contract;

import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Optional;

/**
 * Machines of one type behind a traffic director, in the state that {@link TrafficDirectorContractTest} begins each test
 * in: every machine serves its own requests, but for the standby's, which has none.
 *
 * <p>Whoever writes a director implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface TrafficTestbed extends AutoCloseable {

    /** The director under test. */
    TrafficDirector director();

    /** Another director for the same load balancer, which knows nothing of what the first one did. */
    TrafficDirector newDirector();

    /** A machine of the primary cluster. */
    VmId vm();

    /** Another one. */
    VmId other();

    /** A machine of the standby cluster. */
    VmId standby();

    /** Sends a request that is meant for that machine, and returns which machine answered it. */
    VmId answererOf(VmId owner);

    /** Makes the load balancer hang until the handle is closed; empty where it cannot. */
    default Optional<AutoCloseable> hang() {
        return Optional.empty();
    }

    /** How long a call may take here that is expected to succeed; 10 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(10);
    }

    @Override
    void close();
}
