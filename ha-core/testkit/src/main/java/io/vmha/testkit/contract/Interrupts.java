package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Calls of threads that are interrupted, as by a center that is closed. */
final class Interrupts {
    private static final Duration TICK = Duration.ofMillis(1);
    /** A thread that waits in native code is not seen to wait: it is interrupted then. */
    private static final Duration BEGINNING = Duration.ofSeconds(1);

    private static final Set<Thread.State> WAITING =
            EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.TERMINATED);

    private Interrupts() {}

    /**
     * Makes a call on a thread that is interrupted already, and checks that it ends in an answer and leaves the thread interrupted.
     *
     * @return what it threw; empty if it returned
     */
    @CanIgnoreReturnValue
    static Optional<AdapterException> assertKept(ThrowingCallable call) {
        Thread.currentThread().interrupt();
        Throwable thrown = catchThrowable(call);
        boolean stillInterrupted = Thread.interrupted();
        assertThat(stillInterrupted).as("the thread's interrupt status is kept").isTrue();
        if (thrown == null) {
            return Optional.empty();
        }
        assertThat(thrown).as("an interrupted call").isInstanceOf(AdapterException.class);
        return Optional.of((AdapterException) thrown);
    }

    /**
     * Interrupts the thread of a call that waits, and checks that the call ends within that time, as one that an adapter gave up, and
     * leaves the thread interrupted.
     */
    static void assertEnds(ThrowingCallable call, Duration atMost) throws Exception {
        AtomicBoolean isSent = new AtomicBoolean();
        FutureTask<Boolean> waiting = new FutureTask<>(() -> {
            assertThat(catchThrowable(call)).as("an interrupted call").isInstanceOf(AdapterException.class);
            // A call that ends by itself may do so before it is interrupted.
            while (!isSent.get()) {
                LockSupport.parkNanos(TICK.toNanos());
            }
            return Thread.currentThread().isInterrupted();
        });
        Thread caller = new Thread(waiting, "vmha-contract-interrupted");
        caller.setDaemon(true);
        caller.start();
        awaitWaiting(caller);
        caller.interrupt();
        isSent.set(true);
        assertThat(waiting.get(atMost.toMillis(), TimeUnit.MILLISECONDS))
                .as("the thread's interrupt status is kept")
                .isTrue();
    }

    private static void awaitWaiting(Thread caller) {
        long begun = System.nanoTime();
        while (!WAITING.contains(caller.getState()) && System.nanoTime() - begun < BEGINNING.toNanos()) {
            LockSupport.parkNanos(TICK.toNanos());
        }
    }
}
