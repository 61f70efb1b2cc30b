package io.vmha.sim;

import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.Inventory;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The process that a center runs in: its tasks die with it, its calls take their time, and a call that is under way when
 * it dies may still have its effect. Confined to the simulation's thread.
 */
final class CenterProcess implements CenterScheduler {
    /** An answer is longer than that on its way never. */
    static final Duration LONGEST_ANSWER = Duration.ofMillis(200);

    private final VirtualTime time;
    private final SplittableRandom calls;
    private final boolean isSlow;
    private final boolean isForgetful;
    private Supplier<Inventory> believed = Inventory::empty;
    private boolean alive = true;
    private Duration clockOffset = Duration.ZERO;
    private Instant callIssuedAt = Instant.EPOCH;
    private Inventory callIssuedOn = Inventory.empty();
    private Inventory callIssuedIn = Inventory.empty();

    CenterProcess(VirtualTime time, SplittableRandom calls, boolean isSlow, boolean isForgetful) {
        this.isForgetful = isForgetful;
        this.time = time;
        this.calls = calls;
        this.isSlow = isSlow;
    }

    /** Sets what tells the inventory that its center believes in. */
    void believes(Supplier<Inventory> inventory) {
        believed = inventory;
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

    /** What was believed when the call was made that has its effect now. */
    Inventory callIssuedOn() {
        return callIssuedOn;
    }

    /**
     * What was believed at the end of the turn in which that call was made. It may tell what was known already when the call was made,
     * and of which the inventory then was not computed yet.
     */
    Inventory callIssuedIn() {
        return callIssuedIn;
    }

    @Override
    public Instant now() {
        return time.now().plus(clockOffset);
    }

    @Override
    public Duration uptime() {
        return time.uptime();
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
        return isForgetful ? () -> {} : time.scheduleBackground(delay, whileAlive(task));
    }

    @Override
    public void call(Runnable blocking, Consumer<Optional<Throwable>> then) {
        Instant issuedAt = time.now();
        Inventory issuedOn = believed.get();
        AtomicReference<Inventory> issuedIn = new AtomicReference<>(issuedOn);
        time.schedule(Duration.ZERO, () -> issuedIn.set(believed.get()));
        boolean survivesCrash = calls.nextBoolean();
        Duration answer = Duration.ofMillis(calls.nextInt((int) LONGEST_ANSWER.toMillis()));
        time.schedule(latency(), () -> {
            if (alive || survivesCrash) {
                callIssuedAt = issuedAt;
                callIssuedOn = issuedOn;
                callIssuedIn = issuedIn.get();
                Optional<Throwable> thrown = outcomeOf(blocking);
                time.schedule(answer, whileAlive(() -> then.accept(thrown)));
            }
        });
    }

    /** Most calls are made at once; now and then a thread is held up for seconds, past the call's deadline too. */
    private Duration latency() {
        int kind = calls.nextInt(100);
        int millis = calls.nextInt(500);
        return Duration.ofMillis(isSlow && kind == 0 ? millis * 16L : isSlow && kind < 4 ? millis * 8L : millis);
    }

    private static Optional<Throwable> outcomeOf(Runnable blocking) {
        try {
            blocking.run();
            return Optional.empty();
        } catch (Violation broken) {
            throw broken;
        } catch (Throwable thrown) {
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
