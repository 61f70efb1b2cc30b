package io.vmha.libvirt;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to one host of which each is used by one thread at a time, beside one for events and keepalive that carries
 * no calls. Thread-safe; its state is guarded by {@code this}.
 *
 * <p>libvirt says that threads may share a connection. Clients before 10.3 crash the process when they do (CVE-2024-4418:
 * a second sender, be it a keepalive ping, leaves the first with an event source on a stack that is gone), and a daemon
 * serves only a few requests of one connection at a time. So nothing is shared, and only the connection without calls is
 * kept alive by pings.
 */
final class ConnectionPool implements HostConnections {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);
    private static final int MOST_IDLE = 4;
    private static final Duration CLOSING = Duration.ofMillis(500);

    private final String address;
    private final ConnectionSlot sentinel;
    private final Supplier<NativeConnection> opener;
    private final Deque<NativeConnection> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * Makes a pool without connections.
     *
     * @param address where the host is, for messages
     * @param sentinel keeps the connection for events and keepalive
     * @param opener opens a connection for calls, blocking
     */
    ConnectionPool(String address, ConnectionSlot sentinel, Supplier<NativeConnection> opener) {
        this.address = address;
        this.sentinel = sentinel;
        this.opener = opener;
    }

    private final class Exclusive implements Lease {
        private final NativeConnection connection;

        Exclusive(NativeConnection connection) {
            this.connection = connection;
        }

        @Override
        public NativeConnection connection() {
            return connection;
        }

        @Override
        public void giveBack() {
            take(connection);
        }
    }

    @Override
    public Lease lease() {
        // Events come first: what is read is only kept while changes to it are told.
        sentinel.lease().giveBack();
        NativeConnection free = poll();
        if (free != null) {
            return new Exclusive(free);
        }
        try {
            return new Exclusive(opener.get());
        } catch (NativeException e) {
            throw new NotConnected(address, e.error());
        }
    }

    @Override
    public boolean isConnected() {
        return sentinel.isConnected();
    }

    private synchronized @Nullable NativeConnection poll() {
        NativeConnection free = idle.pollLast();
        while (free != null && !free.isAlive()) {
            Thread unused = closeLater(free);
            free = idle.pollLast();
        }
        return free;
    }

    private synchronized void take(NativeConnection connection) {
        if (closed || idle.size() >= MOST_IDLE || !connection.isAlive()) {
            Thread unused = closeLater(connection);
        } else {
            idle.addLast(connection);
        }
    }

    /** Closing asks the host, which may hang. */
    private Thread closeLater(NativeConnection connection) {
        Thread thread = new Thread(
                () -> {
                    try {
                        connection.close();
                    } catch (NativeException e) {
                        LOG.debug("closing a connection to {} failed: {}", address, e.getMessage());
                    }
                },
                "vmha-libvirt-close");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() {
        List<Thread> closing = new ArrayList<>();
        synchronized (this) {
            closed = true;
            idle.forEach(connection -> closing.add(closeLater(connection)));
            idle.clear();
        }
        sentinel.close();
        closing.forEach(thread -> Uninterruptibles.joinUninterruptibly(thread, CLOSING));
    }
}
