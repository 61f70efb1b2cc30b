package io.vmha.center.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The time and the threads of a management center: one loop for its state, and somewhere else for calls that block.
 *
 * <p>Tasks run once each and one at a time, never within the call or the task that hands them over, in the order in which they fall due; those
 * that fall due at one moment run in the order in which they were handed over. What a task throws keeps no other from running.
 *
 * <p>With this as an argument the same center runs on real threads and, in a simulation, single-threaded in virtual time.
 *
 * @see ThreadedScheduler
 */
public interface CenterScheduler extends AutoCloseable {

    /** The present moment. */
    Instant now();

    /**
     * How long this scheduler has run, by a clock that never jumps: what windows, deadlines and backoffs are measured by. The
     * wall clock of {@link #now} is for records.
     */
    Duration uptime();

    /** Runs a task on the loop, after those that were handed over before it. Safe from any thread. */
    void execute(Runnable task);

    /**
     * Runs a task on the loop after a delay.
     *
     * @param delay how long to wait, 0 or more
     * @param task what to run
     * @return what cancels it; cancelling a task that ran already does nothing
     */
    Cancellable schedule(Duration delay, Runnable task);

    /**
     * Runs a task on the loop after a delay, as {@link #schedule} does, that nobody waits for: a simulation that runs to its end
     * does not wait for it either.
     *
     * @param delay how long to wait, 0 or more
     * @param task what to run
     * @return what cancels it
     */
    default Cancellable scheduleBackground(Duration delay, Runnable task) {
        return schedule(delay, task);
    }

    /**
     * Makes a call that may block, off the loop, and then runs the continuation on the loop, once. A call that hangs holds up neither the loop
     * nor other calls.
     *
     * @param blocking the call
     * @param then gets what the call threw, an {@link Error} included, or empty when it returned
     */
    void call(Runnable blocking, Consumer<Optional<Throwable>> then);

    /**
     * Ends the loop; tasks that have not run are dropped. Calling it again does nothing. What is handed over afterwards is dropped, or
     * refused with a {@link java.util.concurrent.RejectedExecutionException}.
     */
    @Override
    void close();

    /** Cancels a scheduled task. */
    @FunctionalInterface
    interface Cancellable {
        /** Cancels it; a task that ran already is not changed by that. */
        void cancel();
    }
}
