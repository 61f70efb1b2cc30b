package io.vmha.sim;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.center.schedule.CenterScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * A scheduler whose time passes only when it is told to: nothing waits and nothing runs beside anything else, so that
 * every run is the same.
 *
 * <p>Not thread-safe: confined to the thread that advances it.
 */
public final class VirtualTime implements CenterScheduler {
    private record Task(Instant at, long order, Runnable body, boolean isBackground) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::at).thenComparingLong(Task::order));
    private final Duration callDuration;
    private final Instant start;
    private Instant now;
    private long order;
    private int foreground;

    /** Starts at the epoch, and calls take no time. */
    public VirtualTime() {
        this(Instant.EPOCH, Duration.ZERO);
    }

    /**
     * Starts at a given moment.
     *
     * @param start the first moment
     * @param callDuration how long every blocking call takes, 0 or more; its effect comes at the end of that
     * @throws IllegalArgumentException if the duration is negative
     */
    public VirtualTime(Instant start, Duration callDuration) {
        checkArgument(!callDuration.isNegative(), "callDuration must be 0 or more: %s", callDuration);
        this.start = start;
        this.now = start;
        this.callDuration = callDuration;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public Duration uptime() {
        return Duration.between(start, now);
    }

    @Override
    public void execute(Runnable task) {
        add(Duration.ZERO, task, false);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        checkArgument(!delay.isNegative(), "delay must be 0 or more: %s", delay);
        Task scheduled = add(delay, task, false);
        return () -> remove(scheduled);
    }

    @Override
    public Cancellable scheduleBackground(Duration delay, Runnable task) {
        checkArgument(!delay.isNegative(), "delay must be 0 or more: %s", delay);
        Task scheduled = add(delay, task, true);
        return () -> remove(scheduled);
    }

    private void remove(Task scheduled) {
        if (tasks.remove(scheduled) && !scheduled.isBackground()) {
            foreground--;
        }
    }

    @Override
    public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
        add(callDuration, () -> then.accept(outcomeOf(blocking)), false);
    }

    private static Optional<Throwable> outcomeOf(Runnable blocking) {
        try {
            blocking.run();
            return Optional.empty();
        } catch (Throwable thrown) {
            return Optional.of(thrown);
        }
    }

    private Task add(Duration delay, Runnable body, boolean isBackground) {
        Task task = new Task(now.plus(delay), order++, body, isBackground);
        tasks.add(task);
        if (!isBackground) {
            foreground++;
        }
        return task;
    }

    /**
     * Lets time pass until the given moment and runs all that falls due, what is added meanwhile included.
     *
     * @throws IllegalArgumentException if the moment is in the past
     */
    public void advanceTo(Instant moment) {
        checkArgument(!moment.isBefore(now), "time cannot run backwards: from %s to %s", now, moment);
        while (!tasks.isEmpty() && !tasks.element().at().isAfter(moment)) {
            runNext();
        }
        now = moment;
    }

    /** Runs all that there is to run, however late it falls due, until only tasks in the background are left. */
    public void runToEnd() {
        runToEnd(Instant.MAX);
    }

    /**
     * Runs all that falls due until the given moment, or less where only tasks in the background are left before.
     *
     * @throws IllegalArgumentException if the moment is in the past
     */
    public void runToEnd(Instant latest) {
        checkArgument(!latest.isBefore(now), "time cannot run backwards: from %s to %s", now, latest);
        while (foreground > 0 && !tasks.element().at().isAfter(latest)) {
            runNext();
        }
    }

    /**
     * Runs the task that falls due next, however late that is.
     *
     * @return whether there was one
     */
    public boolean step() {
        if (tasks.isEmpty()) {
            return false;
        }
        runNext();
        return true;
    }

    /** When the task falls due that is next; empty where there is none. */
    Optional<Instant> nextAt() {
        return Optional.ofNullable(tasks.peek()).map(Task::at);
    }

    private void runNext() {
        Task next = tasks.remove();
        if (!next.isBackground()) {
            foreground--;
        }
        now = next.at();
        next.body().run();
    }

    /** Drops what has not run. What is handed over afterwards runs: the next center may go on in the same time. */
    @Override
    public void close() {
        tasks.clear();
        foreground = 0;
    }
}
