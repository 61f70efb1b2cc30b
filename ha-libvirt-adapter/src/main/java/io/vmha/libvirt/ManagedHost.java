package io.vmha.libvirt;

import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One host: its settings, the calls to it, and what was read of it. Thread-safe. */
final class ManagedHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedHost.class);

    private final LibvirtHost settings;
    private final HostDomains domains;
    private final HostLink link;

    ManagedHost(LibvirtHost settings, VmClassifier classifier, int keepAliveSeconds, int keepAliveCount) {
        this.settings = settings;
        this.domains = new HostDomains(settings, classifier);
        this.link = new HostLink(
                settings,
                new ConnectionSlot(
                        settings.id().value(),
                        settings.uri().toString(),
                        () -> NativeConnection.open(settings.uri(), settings.readOnly()),
                        connection -> {
                            domains.forgetAll();
                            HostEvents.listen(connection, new Changes());
                            connection.keepAlive(keepAliveSeconds, keepAliveCount);
                        }));
    }

    LibvirtHost settings() {
        return settings;
    }

    HostLink link() {
        return link;
    }

    HostDomains domains() {
        return domains;
    }

    @Override
    public void close() {
        link.close();
    }

    private final class Changes implements HostEvents.Listener {
        @Override
        public void lifecycle(UUID domain, int event, int detail) {
            if (event == HostEvents.EVENT_DEFINED || event == HostEvents.EVENT_UNDEFINED) {
                domains.forget(domain);
            }
        }

        @Override
        public void metadataChanged(UUID domain) {
            domains.forget(domain);
        }

        @Override
        public void watchdog(UUID domain, int action) {}

        @Override
        public void ioError(UUID domain, String device, String reason) {}

        @Override
        public void connectionLost(int reason) {
            LOG.debug("host {}: connection closed, reason {}", settings.id(), reason);
        }
    }
}
