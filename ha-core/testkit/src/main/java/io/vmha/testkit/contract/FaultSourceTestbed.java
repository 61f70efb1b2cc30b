package io.vmha.testkit.contract;

import io.vmha.adapter.FaultSource;
import io.vmha.fault.FaultSubject;
import java.time.Duration;
import java.util.Optional;

/**
 * A platform on which something can be made to fail, in the state that {@link FaultSourceContractTest} begins each test in: all is well.
 *
 * <p>Whoever writes a source implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface FaultSourceTestbed extends AutoCloseable {

    /** The source under test. */
    FaultSource source();

    /**
     * Waits until whoever watches has seen that all is well, so that whatever fails from now on is told. A source that sees faults from
     * the moment on that {@code watch} returns needs nothing here.
     */
    default void awaitWatching() {}

    /**
     * Has something fail that is well, in a way that the source is there to tell of.
     *
     * @return what fails; asked for two times at most, and something else each time
     */
    FaultSubject fail();

    /**
     * Closes the adapter whose source it is. Empty where the source is nobody's, so that nothing can be closed.
     *
     * @return how to close it
     */
    default Optional<Runnable> closesAdapter() {
        return Optional.empty();
    }

    /** How long it may take here until a fault is told; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    @Override
    void close();
}
