package io.vmha.sim;

import io.vmha.center.CenterScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The process that a center runs in: its tasks die with it, its calls take their time, and a call that is under way when
 * it dies may still have its effect. Confined to the simulation's thread.
 */
final class CenterProcess implements CenterScheduler {
    private final VirtualTime time;
    private final SplittableRandom random;
    private boolean alive = true;
    private Duration clockOffset = Duration.ZERO;
    private Instant callIssuedAt = Instant.EPOCH;

    CenterProcess(VirtualTime time, SplittableRandom random) {
        this.time = time;
        this.random = random;
    }

    boolean isAlive() {
        return alive;
    }

    void crash() {
        alive = false;
    }

    void jumpClock(Duration by) {
        clockOffset = clockOffset.plus(by);
    }

    /** When the call that has its effect now was made. */
    Instant callIssuedAt() {
        return callIssuedAt;
    }

    @Override
    public Instant now() {
        return time.now().plus(clockOffset);
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
    public void call(Runnable blocking, Consumer<Optional<RuntimeException>> then) {
        Instant issuedAt = time.now();
        boolean survivesCrash = random.nextBoolean();
        Duration answer = Duration.ofMillis(random.nextInt(200));
        time.schedule(Duration.ofMillis(random.nextInt(500)), () -> {
            if (alive || survivesCrash) {
                callIssuedAt = issuedAt;
                Optional<RuntimeException> thrown = outcomeOf(blocking);
                time.schedule(answer, whileAlive(() -> then.accept(thrown)));
            }
        });
    }

    private static Optional<RuntimeException> outcomeOf(Runnable blocking) {
        try {
            blocking.run();
            return Optional.empty();
        } catch (RuntimeException thrown) {
            return Optional.of(thrown);
        }
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
