package io.vmha.center.internal;

import io.vmha.center.schedule.CenterScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A scheduler of which no task on the loop fails unnoticed, whoever scheduled it: what one throws is handed on, since what is known may
 * be half changed then. Thread-safe as far as the scheduler is; {@link #onFailure} is called before the first task runs.
 */
public final class LoopGuard implements CenterScheduler {
    private final CenterScheduler scheduler;
    private volatile Consumer<Throwable> onFailure = thrown -> {};

    /** Makes a guard of that scheduler, which it closes. */
    public LoopGuard(CenterScheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Sets who is told, on the loop, of what a task threw. */
    public void onFailure(Consumer<Throwable> listener) {
        onFailure = listener;
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable thrown) {
                onFailure.accept(thrown);
            }
        };
    }

    @Override
    public Instant now() {
        return scheduler.now();
    }

    @Override
    public Duration uptime() {
        return scheduler.uptime();
    }

    @Override
    public void execute(Runnable task) {
        scheduler.execute(guarded(task));
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        return scheduler.schedule(delay, guarded(task));
    }

    @Override
    public Cancellable scheduleBackground(Duration delay, Runnable task) {
        return scheduler.scheduleBackground(delay, guarded(task));
    }

    @Override
    public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
        scheduler.call(blocking, thrown -> guarded(() -> then.accept(thrown)).run());
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
