package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.internal.DaemonThreads;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real time and real threads, all of them daemons and started at once: a machine that is out of memory may start none.
 *
 * <p>Thread-safe. A task that throws is logged, and the loop goes on.
 */
public final class ThreadedMonitorScheduler implements MonitorScheduler {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadedMonitorScheduler.class);

    private final InstantSource clock = InstantSource.system();
    private final ScheduledThreadPoolExecutor loop;
    private final ThreadPoolExecutor calls;

    /**
     * Starts its threads.
     *
     * @param blockingCalls how many calls may be blocked at a time before threads are added, 1 or more
     * @throws IllegalArgumentException if the number is below 1
     */
    public ThreadedMonitorScheduler(int blockingCalls) {
        checkArgument(blockingCalls >= 1, "blockingCalls must be 1 or more: %s", blockingCalls);
        loop = new ScheduledThreadPoolExecutor(1, daemons("vmha-monitor"));
        loop.prestartAllCoreThreads();
        calls = new ThreadPoolExecutor(
                blockingCalls,
                Integer.MAX_VALUE,
                1,
                TimeUnit.MINUTES,
                new SynchronousQueue<>(),
                daemons("vmha-probe-%d"));
        calls.prestartAllCoreThreads();
    }

    private static ThreadFactory daemons(String name) {
        return DaemonThreads.named(name);
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        try {
            var unused = loop.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("a task came after the monitor was closed", closed);
        }
    }

    @Override
    public Runnable call(Runnable blocking) {
        Future<?> call = calls.submit(guarded(blocking));
        return () -> call.cancel(true);
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException thrown) {
                LOG.error("a task of the monitor failed", thrown);
            }
        };
    }

    @Override
    public void close() {
        loop.shutdownNow();
        calls.shutdownNow();
    }
}
