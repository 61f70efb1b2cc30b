package io.vmha.center.schedule;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real time and real threads: one daemon thread for the loop, and as many daemon threads as there are calls under way.
 *
 * <p>Thread-safe. A task that throws is logged, and the loop goes on.
 */
public final class ThreadedScheduler implements CenterScheduler {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadedScheduler.class);

    private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

    private static final long MEMORY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The scheduler whose thread this is. */
    private static final ThreadLocal<@Nullable ThreadedScheduler> IS_OF = new ThreadLocal<>();

    private final long startedAt = System.nanoTime();
    private final InstantSource clock;
    private final ScheduledThreadPoolExecutor loop;
    private final ExecutorService calls;

    /** Makes a scheduler on the system's clock. */
    public ThreadedScheduler() {
        this(InstantSource.system());
    }

    /** Makes a scheduler that tells the time by the given clock; delays are the system's all the same. */
    public ThreadedScheduler(InstantSource clock) {
        this.clock = clock;
        this.loop = new ScheduledThreadPoolExecutor(1, daemons("ha-center"));
        this.loop.setRemoveOnCancelPolicy(true);
        this.calls = Executors.newCachedThreadPool(daemons("ha-call-%d"));
    }

    private ThreadFactory daemons(String name) {
        return new ThreadFactoryBuilder()
                .setThreadFactory(task -> new Thread(() -> {
                    IS_OF.set(this);
                    task.run();
                }))
                .setNameFormat(name)
                .setDaemon(true)
                .build();
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(guarded(task));
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        ScheduledFuture<?> future = loop.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
        Runnable call = () -> handBack(thrownBy(blocking), then);
        try {
            calls.execute(call);
        } catch (RejectedExecutionException closing) {
            // The last outcomes are still written down while the loop winds up.
            call.run();
        }
    }

    private static @Nullable Throwable thrownBy(Runnable blocking) {
        try {
            blocking.run();
            return null;
        } catch (Throwable thrown) {
            return thrown;
        }
    }

    /** Somebody waits for it: where there is no memory for that, it is tried until there is. */
    private void handBack(@Nullable Throwable thrown, Consumer<Optional<Throwable>> then) {
        while (true) {
            try {
                Optional<Throwable> outcome = Optional.ofNullable(thrown);
                execute(() -> then.accept(outcome));
                return;
            } catch (RejectedExecutionException closed) {
                LOG.debug("a call ended after the center was closed", closed);
                return;
            } catch (OutOfMemoryError full) {
                LockSupport.parkNanos(MEMORY_PAUSE_NANOS);
            }
        }
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable thrown) {
                LOG.error("a task on the management center's loop failed", thrown);
            }
        };
    }

    /**
     * Waits up to 10 seconds for calls that are under way, and for what the loop has to do about them, and ends. Where one of its own
     * threads closes it, a listener's for one, that would wait for itself: then another thread does, and this returns at once.
     */
    @Override
    public void close() {
        if (this.equals(IS_OF.get())) {
            Thread closing = new Thread(this::waitAndEnd, "ha-close");
            closing.setDaemon(true);
            closing.start();
        } else {
            waitAndEnd();
        }
    }

    private void waitAndEnd() {
        calls.shutdown();
        try {
            if (calls.awaitTermination(CLOSE_GRACE.toNanos(), TimeUnit.NANOSECONDS)) {
                loop.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
                loop.shutdown();
                loop.awaitTermination(CLOSE_GRACE.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
        loop.shutdownNow();
    }
}
