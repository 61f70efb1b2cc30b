package io.vmha.libvirt;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** One host: its settings, the calls to it, and what was read of it. Thread-safe. */
final class ManagedHost implements AutoCloseable {
    private final LibvirtHost settings;
    private final KeepAlive keepAlive;
    private final HostDomains domains;
    private final HostConnections connections;
    private final HostLink link;
    private final HostLink longCalls;
    private final List<HostEvents.Listener> observers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean stale = new AtomicBoolean(true);

    /**
     * How a silent host is found out.
     *
     * @param seconds the time between two pings
     * @param count the pings that may go unanswered
     */
    record KeepAlive(int seconds, int count) {}

    ManagedHost(LibvirtHost settings, DomainClassifier classifier, KeepAlive keepAlive) {
        this.settings = settings;
        this.keepAlive = keepAlive;
        this.domains = new HostDomains(settings, classifier);
        this.connections = connections(settings);
        this.link = new HostLink(settings, connections);
        this.longCalls = new HostLink(settings, connections);
    }

    private HostConnections connections(LibvirtHost settings) {
        String address = settings.uri().toString();
        ConnectionSlot withEvents = new ConnectionSlot(settings.id().value(), address, this::open, this::listen);
        // The test driver is in this process, and each connection to it may be to hosts of its own.
        return "test".equals(settings.uri().getScheme())
                ? withEvents
                : new ConnectionPool(address, withEvents, this::open);
    }

    private NativeConnection open() {
        return NativeConnection.open(settings.uri(), settings.readOnly());
    }

    private void listen(NativeConnection opened) {
        domains.forgetAll();
        stale.set(true);
        HostEvents.listen(opened, new Changes());
        opened.keepAlive(keepAlive.seconds(), keepAlive.count());
    }

    LibvirtHost settings() {
        return settings;
    }

    HostLink link() {
        return link;
    }

    /**
     * For calls that take long, on threads of their own: a power-off must not wait for migrations.
     */
    HostLink longCalls() {
        return longCalls;
    }

    HostConnections connections() {
        return connections;
    }

    HostDomains domains() {
        return domains;
    }

    /** Whether there is a connection that is not known to be lost. */
    boolean isConnected() {
        return connections.isConnected();
    }

    /** Whether domains may have come or gone since this was last asked. */
    boolean takeStale() {
        return stale.getAndSet(false);
    }

    /** Has the host read again before the next call that concerns its domains. */
    void markStale() {
        stale.set(true);
    }

    /** Has the host's events told, until the returned registration is closed. */
    AutoCloseable observe(HostEvents.Listener observer) {
        observers.add(observer);
        return () -> observers.remove(observer);
    }

    @Override
    public void close() {
        link.close();
        longCalls.close();
        connections.close();
    }

    private final class Changes implements HostEvents.Listener {
        @Override
        public void lifecycle(UUID domain, int event, int detail) {
            if (event == HostEvents.EVENT_DEFINED || event == HostEvents.EVENT_UNDEFINED) {
                domains.forget(domain);
                stale.set(true);
            } else if (event == HostEvents.EVENT_STARTED && detail == HostEvents.STARTED_MIGRATED) {
                stale.set(true);
            }
            observers.forEach(observer -> observer.lifecycle(domain, event, detail));
        }

        @Override
        public void metadataChanged(UUID domain) {
            domains.forget(domain);
            stale.set(true);
            observers.forEach(observer -> observer.metadataChanged(domain));
        }

        @Override
        public void rebooted(UUID domain) {
            observers.forEach(observer -> observer.rebooted(domain));
        }

        @Override
        public void agentChanged(UUID domain) {
            observers.forEach(observer -> observer.agentChanged(domain));
        }

        @Override
        public void watchdog(UUID domain, int action) {
            observers.forEach(observer -> observer.watchdog(domain, action));
        }

        @Override
        public void ioError(UUID domain, String device, String reason) {
            observers.forEach(observer -> observer.ioError(domain, device, reason));
        }

        @Override
        public void connectionLost(int reason) {
            observers.forEach(observer -> observer.connectionLost(reason));
        }
    }
}
