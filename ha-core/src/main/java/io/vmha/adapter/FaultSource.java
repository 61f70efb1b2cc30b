package io.vmha.adapter;

import io.vmha.fault.FaultReport;
import java.util.function.Consumer;

/**
 * Tells of faults that a platform shows by itself, without anything in the guests: a host that does not answer, a guest that hangs, a VM
 * that went off. A management center that has one takes its reports; another platform is another source, and nothing else changes.
 *
 * <p>Thread-safe. Each watching numbers its reports upwards, and those of a source that is started again after a crash are higher than
 * those of the one before, so that they are not taken for stale ones.
 */
@FunctionalInterface
public interface FaultSource {

    /**
     * Begins to watch, until the watching is closed.
     *
     * @param receiver is given each fault, one at a time; it returns quickly and throws nothing
     * @throws IllegalStateException if the platform's adapter is closed
     */
    Watching watch(Consumer<FaultReport> receiver);

    /** What began with {@link #watch}. Thread-safe. */
    interface Watching extends AutoCloseable {

        /** Ends it: no report is given afterwards but one that is under way. Closing it again does nothing. */
        @Override
        void close();
    }
}
