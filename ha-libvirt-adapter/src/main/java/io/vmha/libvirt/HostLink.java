package io.vmha.libvirt;

import com.google.common.collect.Sets;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Calls one host within deadlines, whatever the host does. Thread-safe.
 *
 * <p>libvirt's calls block and cannot be interrupted, so each runs on one of the few threads that this host has for itself:
 * a host that hangs holds up its own threads and nobody else's. A caller stops waiting at its deadline; a call that no
 * thread had begun by then is taken back, so that it is certain that nothing was done.
 */
final class HostLink implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int QUEUE = 10_000;
    private static final Duration IDLE = Duration.ofSeconds(10);

    /** What a call may have done when it is not known how it ended. */
    enum Effect {
        /** Nothing: it only reads. */
        NONE,
        /** What it was asked to do. */
        CHANGES
    }

    private final HostId host;
    private final HostConnections connections;
    private final ThreadPoolExecutor threads;
    private final Set<HostCall<?>> underWay = Sets.newConcurrentHashSet();
    private volatile boolean closed;

    HostLink(LibvirtHost host, HostConnections connections) {
        this.host = host.id();
        this.connections = connections;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(QUEUE),
                new ThreadFactoryBuilder()
                        .setDaemon(true)
                        .setNameFormat("vmha-libvirt-" + host.id().value().replace("%", "%%") + "-%d")
                        .build());
        threads.allowCoreThreadTimeOut(true);
    }

    HostId host() {
        return host;
    }

    /**
     * Runs something that only reads, once more if the connection broke under it.
     *
     * @throws AdapterException if it failed or did not answer in time
     */
    <T> T read(String what, Deadline deadline, Function<NativeConnection, T> body) {
        return await(begin(what, Effect.NONE, body), deadline);
    }

    /**
     * Runs something that changes the host.
     *
     * @throws AdapterException if it failed; {@code OutcomeUnknown} if it is not known whether it was done
     */
    <T> T change(String what, Deadline deadline, Function<NativeConnection, T> body) {
        return await(begin(what, Effect.CHANGES, body), deadline);
    }

    /** Begins a call without waiting for it; {@link #await} gets its result. */
    <T> HostCall<T> begin(String what, Effect effect, Function<NativeConnection, T> body) {
        checkOpen();
        HostCall<T> call = new HostCall<>(host, what, effect, connections, body);
        underWay.add(call);
        call.whenOver(() -> underWay.remove(call));
        try {
            threads.execute(call);
        } catch (RejectedExecutionException e) {
            underWay.remove(call);
            checkOpen();
            throw new AdapterException.Transient(
                    Cause.BUSY, what + " on host " + host + ": too many calls are waiting for this host", e);
        }
        if (closed) {
            call.abandon();
        }
        return call;
    }

    /** Waits for a call's result until the deadline. */
    <T> T await(HostCall<T> call, Deadline deadline) {
        try {
            return call.result(deadline.remaining());
        } catch (TimeoutException e) {
            throw call.unfinished(
                    Cause.TIMEOUT, "no answer within " + deadline.length().toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw call.unfinished(Cause.TIMEOUT, "the waiting thread was interrupted", e);
        } catch (ExecutionException e) {
            throw call.failure(e.getCause());
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the libvirt adapter is closed");
        }
    }

    /** Ends every call under way, but not the connections; does not wait for a host that hangs. */
    @Override
    public void close() {
        closed = true;
        underWay.forEach(HostCall::abandon);
        threads.shutdown();
    }
}
