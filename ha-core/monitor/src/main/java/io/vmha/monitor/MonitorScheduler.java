package io.vmha.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The time and the threads of a monitor: one loop for its state, and threads for what may block for ever.
 *
 * <p>With this as an argument the same monitor runs on real threads and, in a test, in virtual time.
 *
 * @see ThreadedMonitorScheduler
 */
public interface MonitorScheduler extends AutoCloseable {

    /** The present moment. */
    Instant now();

    /** How long the VM has been up; empty where that cannot be told. By default as the kernel says in {@code /proc/uptime}. */
    default Optional<Duration> uptime() {
        return Uptime.ofKernel(Uptime.FILE);
    }

    /** Runs a task on the loop, after those that were handed over before it. Safe from any thread. */
    void execute(Runnable task);

    /** Runs a task on the loop after a delay of 0 or more. */
    void schedule(Duration delay, Runnable task);

    /**
     * Runs what may block, off the loop, on a thread that it may keep.
     *
     * @return what interrupts it
     */
    Runnable call(Runnable blocking);

    /** Ends the loop and interrupts what still runs, without waiting. Calling it again does nothing. */
    @Override
    void close();
}
