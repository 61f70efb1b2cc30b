package io.vmha.scenario;

import io.vmha.center.schedule.CenterScheduler;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** The process that a center runs in: what it had to do dies with it. Confined to the scenario's thread. */
final class CenterProcess implements CenterScheduler {
    private final VirtualTime time;
    private boolean alive = true;

    CenterProcess(VirtualTime time) {
        this.time = time;
    }

    boolean isAlive() {
        return alive;
    }

    void crash() {
        alive = false;
    }

    @Override
    public Instant now() {
        return time.now();
    }

    @Override
    public void execute(Runnable task) {
        time.execute(whileAlive(task));
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        return time.schedule(delay, whileAlive(task));
    }

    @Override
    public Cancellable scheduleBackground(Duration delay, Runnable task) {
        return time.scheduleBackground(delay, whileAlive(task));
    }

    @Override
    public Duration uptime() {
        return time.uptime();
    }

    @Override
    public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
        time.call(whileAlive(blocking), thrown -> {
            if (alive) {
                then.accept(thrown);
            }
        });
    }

    private Runnable whileAlive(Runnable task) {
        return () -> {
            if (alive) {
                task.run();
            }
        };
    }

    @Override
    public void close() {
        crash();
    }
}
