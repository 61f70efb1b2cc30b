package io.vmha.libvirt;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call to one host: waiting, begun or over. Thread-safe; its state changes only forwards, atomically. */
final class HostCall<T> implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(HostCall.class);
    /** Connections that broke with the same daemon are found out one by one. */
    private static final int READ_ATTEMPTS = 3;

    private enum State {
        WAITING,
        BEGUN,
        TAKEN_BACK
    }

    /** The call was given up because the adapter was closed. */
    private static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Abandoned() {
            super("the adapter was closed", null, false, false);
        }
    }

    /** The connection broke during the call. */
    private static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Broken(NativeException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private final HostId host;
    private final String what;
    private final HostLink.Effect effect;
    private final HostConnections connections;
    private final Function<NativeConnection, T> body;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final CompletableFuture<T> result = new CompletableFuture<>();

    HostCall(
            HostId host,
            String what,
            HostLink.Effect effect,
            HostConnections connections,
            Function<NativeConnection, T> body) {
        this.host = host;
        this.what = what;
        this.effect = effect;
        this.connections = connections;
        this.body = body;
    }

    @Override
    public void run() {
        if (!state.compareAndSet(State.WAITING, State.BEGUN)) {
            return;
        }
        try {
            result.complete(attempt());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    private T attempt() {
        int attempts = effect == HostLink.Effect.CHANGES ? 1 : READ_ATTEMPTS;
        for (int i = 1; i < attempts; i++) {
            try {
                return onConnection();
            } catch (Broken e) {
                LOG.debug("{} on host {} is tried again: {}", what, host, e.getMessage());
            }
        }
        return onConnection();
    }

    private T onConnection() {
        HostConnections.Lease lease = connections.lease();
        try {
            return body.apply(lease.connection());
        } catch (NativeException e) {
            if (lease.connection().isAlive()) {
                throw e;
            }
            throw new Broken(e);
        } finally {
            lease.giveBack();
        }
    }

    T result(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        return result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    void whenOver(Runnable action) {
        var unused = result.whenComplete((value, failure) -> action.run());
    }

    /** Waits that long for it to be over, however it ends; whether it is. */
    boolean awaitOver(Duration time) {
        try {
            result.handle((value, failure) -> true).get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return result.isDone();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unfinished(Cause.TIMEOUT, "the waiting thread was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        return true;
    }

    boolean isOver() {
        return result.isDone();
    }

    /** Ends it for whoever waits; a call that has not begun will not begin any more. */
    void abandon() {
        result.completeExceptionally(new Abandoned());
    }

    /** What to throw for a call that is given up before it is over. */
    AdapterException unfinished(Cause cause, String why, Throwable because) {
        boolean nothingDone = state.compareAndSet(State.WAITING, State.TAKEN_BACK) || effect == HostLink.Effect.NONE;
        result.cancel(false);
        String message = what + " on host " + host + ": " + why;
        return nothingDone
                ? new AdapterException.Transient(cause, message, because)
                : new AdapterException.OutcomeUnknown(cause, message + "; it may still be done", because);
    }

    /** What to throw for a call that failed. */
    RuntimeException failure(@Nullable Throwable thrown) {
        String message = what + " on host " + host + ": ";
        if (thrown instanceof AdapterException e) {
            return e;
        }
        if (thrown instanceof Abandoned e) {
            return unfinished(Cause.UNREACHABLE, "the adapter was closed", e);
        }
        if (thrown instanceof HostConnections.NotConnected e) {
            return translate(message + e.getMessage(), e.error(), e);
        }
        if (thrown instanceof Broken e) {
            return effect == HostLink.Effect.NONE
                    ? new AdapterException.Transient(Cause.UNREACHABLE, message + e.getMessage(), e)
                    : new AdapterException.OutcomeUnknown(
                            Cause.UNREACHABLE, message + "the connection broke: " + e.getMessage(), e);
        }
        if (thrown instanceof NativeException e) {
            return translate(message + e.getMessage(), e.error(), e);
        }
        return new AdapterException.Permanent(
                Cause.REFUSED, message + thrown, thrown == null ? new IllegalStateException() : thrown);
    }

    private static AdapterException translate(String message, LibvirtError error, Throwable cause) {
        LibvirtError.Meaning meaning = error.meaning();
        return meaning.retryCanHelp()
                ? new AdapterException.Transient(meaning.cause(), message, cause)
                : new AdapterException.Permanent(meaning.cause(), message, cause);
    }
}
