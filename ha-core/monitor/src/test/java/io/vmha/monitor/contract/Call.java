package io.vmha.monitor.contract;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A call on a thread of its own, so that one that never returns fails its test instead of holding up all others. Thread-safe.
 *
 * @param <T> what it returns
 */
final class Call<T> {
    private final FutureTask<T> task;
    private final Thread thread;

    private Call(Callable<T> body) {
        task = new FutureTask<>(body);
        thread = new Thread(task, "contract-call");
        thread.setDaemon(true);
    }

    static <T> Call<T> begin(Callable<T> body) {
        Call<T> call = new Call<>(body);
        call.thread.start();
        return call;
    }

    /** Makes a call on a thread that is interrupted before it begins. */
    static <T> Call<T> beginInterrupted(Callable<T> body) {
        return begin(() -> {
            Thread.currentThread().interrupt();
            return body.call();
        });
    }

    void interrupt() {
        thread.interrupt();
    }

    boolean isOver() {
        return task.isDone();
    }

    /** Waits for its end, and returns or throws what it did. */
    T end(Duration patience) throws Exception {
        try {
            return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException never) {
            throw new AssertionError("the call did not return within " + patience, never);
        } catch (ExecutionException thrown) {
            if (thrown.getCause() instanceof Exception exception) {
                throw exception;
            }
            throw new AssertionError("the call ended with an Error", thrown.getCause());
        }
    }
}
