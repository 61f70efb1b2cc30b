package io.vmha.testkit.contract;

import io.vmha.center.schedule.CenterScheduler;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A scheduler and its time, in the state that {@link CenterSchedulerContractTest} begins each test in: nothing was handed over to it yet.
 *
 * <p>Whoever writes a scheduler implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface SchedulerTestbed extends AutoCloseable {

    /** The scheduler under test. */
    CenterScheduler scheduler();

    /**
     * Lets that much of the scheduler's time pass, or a little more. Where time passes only when it is told to, what falls due runs
     * within this call, which may throw what a task threw: the contract goes on with another call then. By default this waits.
     */
    default void pass(Duration length) {
        long begun = System.nanoTime();
        for (long left = length.toNanos(); left > 0; left = length.toNanos() - (System.nanoTime() - begun)) {
            LockSupport.parkNanos(left);
        }
    }

    /**
     * Whether nothing runs but in {@link #pass}, and all on its thread, as in virtual time: then tests with several threads, and with
     * calls that hang, are skipped.
     */
    default boolean isConfined() {
        return false;
    }

    /** Whether it takes tasks again after it was closed, for the next center, as virtual time does. */
    default boolean isTakenOver() {
        return false;
    }

    /**
     * Sets the wall clock, which {@link CenterScheduler#now} tells, by that much, forwards or backwards.
     *
     * @return whether it was set; false where it cannot be
     */
    default boolean setClock(Duration by) {
        return false;
    }

    /** How long it may take here until what is due has run; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    @Override
    void close();
}
