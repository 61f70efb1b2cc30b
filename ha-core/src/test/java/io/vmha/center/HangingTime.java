package io.vmha.center;

import io.vmha.center.schedule.CenterScheduler;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/** Virtual time in which a call that throws {@link Hangs} does not return until it is let go. Confined to one thread. */
final class HangingTime implements CenterScheduler {
    /** Thrown by what is to hang. */
    static final class Hangs extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final VirtualTime time = new VirtualTime();
    private final Deque<Consumer<Optional<Throwable>>> hanging = new ArrayDeque<>();

    /** How many calls, each of which would hold a thread, have not returned. */
    int hanging() {
        return hanging.size();
    }

    /** Has all calls return that hang. */
    void letGo() {
        while (!hanging.isEmpty()) {
            hanging.poll().accept(Optional.empty());
        }
    }

    void pass(Duration length) {
        time.advanceTo(now().plus(length));
    }

    @Override
    public Instant now() {
        return time.now();
    }

    @Override
    public Duration uptime() {
        return time.uptime();
    }

    @Override
    public void execute(Runnable task) {
        time.execute(task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        return time.schedule(delay, task);
    }

    @Override
    public Cancellable scheduleBackground(Duration delay, Runnable task) {
        return time.scheduleBackground(delay, task);
    }

    @Override
    public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
        time.call(blocking, thrown -> {
            if (thrown.filter(Hangs.class::isInstance).isPresent()) {
                hanging.add(then);
            } else {
                then.accept(thrown);
            }
        });
    }

    @Override
    public void close() {
        time.close();
    }
}
