package io.vmha.libvirt;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection to a host open, which threads share: opens it when it is first needed and again when it was lost, and never more often than
 * its backoff allows. Thread-safe; all state is guarded by {@code this}, except that opening holds only {@code opening}.
 */
final class ConnectionSlot implements HostConnections {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionSlot.class);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration CLOSING = Duration.ofMillis(500);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

    private final class SharedLease implements Lease {
        private final Shared shared;

        SharedLease(Shared shared) {
            this.shared = shared;
        }

        @Override
        public NativeConnection connection() {
            return shared.connection;
        }

        @Override
        public void giveBack() {
            release(shared);
        }
    }

    private static final class Shared {
        private final NativeConnection connection;
        private int users;
        private boolean retired;

        Shared(NativeConnection connection) {
            this.connection = connection;
        }
    }

    private final String name;
    private final String address;
    private final Supplier<NativeConnection> opener;
    private final Consumer<NativeConnection> onOpened;
    private final Object opening = new Object();
    private @Nullable Shared current;
    private @Nullable LibvirtError lastFailure;
    private long retryAtNanos;
    private Duration backoff = FIRST_BACKOFF;
    private @Nullable Thread closer;
    private boolean closed;

    /**
     * Makes a slot without a connection.
     *
     * @param name the host, for the log
     * @param address where it is, for messages
     * @param opener opens a connection, blocking
     * @param onOpened is given each new connection before anybody else, such as to listen to its events
     */
    ConnectionSlot(
            String name, String address, Supplier<NativeConnection> opener, Consumer<NativeConnection> onOpened) {
        this.name = name;
        this.address = address;
        this.opener = opener;
        this.onOpened = onOpened;
    }

    @Override
    public Lease lease() {
        Lease lease = leaseCurrent();
        if (lease != null) {
            return lease;
        }
        synchronized (opening) {
            lease = leaseCurrent();
            return lease != null ? lease : open();
        }
    }

    @Override
    public synchronized boolean isConnected() {
        return current != null && current.connection.isAlive();
    }

    private synchronized @Nullable Lease leaseCurrent() {
        if (closed) {
            throw new NotConnected(address, new LibvirtError(LibvirtError.NO_CONNECT, "the adapter is closed"));
        }
        Shared shared = current;
        if (shared != null && shared.connection.isAlive()) {
            shared.users++;
            return new SharedLease(shared);
        }
        if (shared != null) {
            LOG.warn("host {}: the connection to its libvirt was lost", name);
            current = null;
            retire(shared);
        }
        if (lastFailure != null && System.nanoTime() - retryAtNanos < 0) {
            throw new NotConnected(address, lastFailure);
        }
        return null;
    }

    private Lease open() {
        NativeConnection connection;
        try {
            connection = opener.get();
        } catch (NativeException e) {
            failed(e.error());
            throw new NotConnected(address, e.error());
        }
        try {
            onOpened.accept(connection);
        } catch (NativeException e) {
            connection.close();
            failed(e.error());
            throw new NotConnected(address, e.error());
        }
        return opened(connection);
    }

    private synchronized void failed(LibvirtError error) {
        lastFailure = error;
        retryAtNanos = System.nanoTime() + backoff.toNanos();
        Duration doubled = backoff.multipliedBy(2);
        backoff = doubled.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : doubled;
    }

    private synchronized Lease opened(NativeConnection connection) {
        lastFailure = null;
        backoff = FIRST_BACKOFF;
        Shared shared = new Shared(connection);
        shared.users = 1;
        if (closed) {
            retire(shared);
        } else {
            current = shared;
        }
        return new SharedLease(shared);
    }

    private synchronized void release(Shared shared) {
        shared.users--;
        closeIfUnused(shared);
    }

    private void retire(Shared shared) {
        shared.retired = true;
        closeIfUnused(shared);
    }

    private void closeIfUnused(Shared shared) {
        if (shared.retired && shared.users == 0) {
            // Closing asks the host, which may hang.
            Thread thread = new Thread(() -> close(shared), "vmha-libvirt-close-" + name);
            thread.setDaemon(true);
            thread.start();
            closer = thread;
        }
    }

    private void close(Shared shared) {
        try {
            shared.connection.close();
        } catch (NativeException e) {
            LOG.warn("host {}: closing the connection to its libvirt failed: {}", name, e.getMessage());
        }
    }

    @Override
    public void close() {
        Thread closing;
        synchronized (this) {
            closed = true;
            if (current != null) {
                retire(current);
                current = null;
            }
            closing = closer;
        }
        if (closing != null) {
            Uninterruptibles.joinUninterruptibly(closing, CLOSING);
        }
    }
}
