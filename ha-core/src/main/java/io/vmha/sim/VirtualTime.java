package io.vmha.sim;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.center.CenterScheduler;
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
    private record Task(Instant at, long order, Runnable body) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::at).thenComparingLong(Task::order));
    private final Duration callDuration;
    private Instant now;
    private long order;

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
        this.now = start;
        this.callDuration = callDuration;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        add(Duration.ZERO, task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        checkArgument(!delay.isNegative(), "delay must be 0 or more: %s", delay);
        Task scheduled = add(delay, task);
        return () -> tasks.remove(scheduled);
    }

    @Override
    public void call(Runnable blocking, Consumer<Optional<RuntimeException>> then) {
        add(callDuration, () -> then.accept(outcomeOf(blocking)));
    }

    private static Optional<RuntimeException> outcomeOf(Runnable blocking) {
        try {
            blocking.run();
            return Optional.empty();
        } catch (RuntimeException thrown) {
            return Optional.of(thrown);
        }
    }

    private Task add(Duration delay, Runnable body) {
        Task task = new Task(now.plus(delay), order++, body);
        tasks.add(task);
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

    /** Runs all that there is to run, however late it falls due. */
    public void runToEnd() {
        while (!tasks.isEmpty()) {
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

    private void runNext() {
        Task next = tasks.remove();
        now = next.at();
        next.body().run();
    }

    @Override
    public void close() {
        tasks.clear();
    }
}
