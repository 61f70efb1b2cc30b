package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Connects to one member, each time on a thread of its own, which ends with the call: so that a call ends at its deadline
 * even where the data source heeds none. What hangs goes on in the background until it ends, closes its connection then, and
 * takes one of {@value #MOST} places: a source that hangs forever keeps that many threads and no more.
 *
 * <p>Thread-safe.
 */
final class MemberConnections {
    static final int MOST = 4;

    private final PostgresMember member;
    private final Semaphore places = new Semaphore(MOST);

    MemberConnections(PostgresMember member) {
        this.member = member;
    }

    PostgresMember member() {
        return member;
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T with(PostgresSession session) throws Exception;
    }

    /** How far a call has come. */
    private enum Stage {
        CONNECTING,
        WORKING,
        GIVEN_UP
    }

    /** Work that has begun. */
    final class Pending<T> {
        private final FutureTask<T> task;
        private final AtomicReference<Stage> stage;
        private final Thread thread;
        private final long deadlineNanos;

        private Pending(FutureTask<T> task, AtomicReference<Stage> stage, Thread thread, long deadlineNanos) {
            this.task = task;
            this.stage = stage;
            this.thread = thread;
            this.deadlineNanos = deadlineNanos;
        }

        /**
         * Waits for its result, until its deadline.
         *
         * @throws AdapterException if it failed, or the deadline passed
         */
        T result() {
            try {
                return task.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException late) {
                giveUp();
                throw new AdapterException.Transient(
                        Cause.TIMEOUT, "database " + member.id() + " did not answer in time");
            } catch (ExecutionException failed) {
                throw PostgresErrors.failed(member.id(), Objects.requireNonNullElse(failed.getCause(), failed));
            } catch (InterruptedException e) {
                giveUp();
                Thread.currentThread().interrupt();
                throw new AdapterException.Transient(
                        Cause.TIMEOUT, "database " + member.id() + " was not waited for", e);
            }
        }

        /** A connection that is there too late is used for nothing any more. */
        private void giveUp() {
            stage.compareAndSet(Stage.CONNECTING, Stage.GIVEN_UP);
            thread.interrupt();
        }

        /** Whether the work itself has begun, and may have changed something. */
        boolean hasBegun() {
            return stage.get() == Stage.WORKING;
        }
    }

    /**
     * Begins some work.
     *
     * @throws AdapterException.Transient if too much that was begun before hangs
     */
    <T> Pending<T> begin(Duration within, Work<T> work) {
        long deadlineNanos = System.nanoTime() + within.toNanos();
        requirePlace(within);
        AtomicReference<Stage> stage = new AtomicReference<>(Stage.CONNECTING);
        FutureTask<T> task = new FutureTask<>(() -> {
            try (PostgresSession session = PostgresSession.open(member, deadlineNanos)) {
                // Whoever waits for it may have been paused too, and have given nothing up yet.
                if (session.remaining().isZero() || !stage.compareAndSet(Stage.CONNECTING, Stage.WORKING)) {
                    throw new AdapterException.Transient(
                            Cause.TIMEOUT, "database " + member.id() + " answered too late");
                }
                return work.with(session);
            }
        });
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } finally {
                        places.release();
                    }
                },
                "vmha-database-" + member.id());
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError noThread) {
            places.release();
            throw new AdapterException.Transient(Cause.BUSY, "no thread for database " + member.id(), noThread);
        }
        return new Pending<>(task, stage, thread, deadlineNanos);
    }

    private void requirePlace(Duration within) {
        try {
            if (!places.tryAcquire(within.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AdapterException.Transient(
                        Cause.TIMEOUT, "database " + member.id() + ": " + MOST + " earlier calls have not ended yet");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdapterException.Transient(Cause.TIMEOUT, "database " + member.id() + " was not waited for", e);
        }
    }

    /**
     * Does something and waits for its result.
     *
     * @throws AdapterException if it failed, or was not done in time
     */
    <T> T call(Duration within, Work<T> work) {
        return begin(within, work).result();
    }

    /**
     * Does something that changes the member. A deadline that passes before there is a connection means that nothing is done,
     * then or later; one that passes afterwards leaves the outcome unknown.
     *
     * @param what what is done, for messages
     * @throws AdapterException if it failed, or is not known to be done
     */
    <T> T change(Duration within, String what, Work<T> work) {
        Pending<T> pending = begin(within, work);
        try {
            return pending.result();
        } catch (AdapterException.Transient failed) {
            if (pending.hasBegun()) {
                throw PostgresErrors.unknownOutcome(member.id(), what, failed);
            }
            throw failed;
        }
    }
}
