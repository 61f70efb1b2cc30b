package io.vmha.vsphere.internal.vim;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the server for its time now and then, so that an idle session does not expire. Has one daemon thread. */
final class KeepAlive implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeepAlive.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final VimSession session;
    private final ScheduledExecutorService timer;

    KeepAlive(VimSession session, Duration interval) {
        this.session = session;
        this.timer = Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                .setDaemon(true)
                .setNameFormat("vmha-vsphere-keepalive")
                .build());
        var unused = timer.scheduleWithFixedDelay(
                this::ask, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void ask() {
        if (!session.isOpen()) {
            return;
        }
        try {
            var unused = session.call("CurrentTime", MoRef.SERVICE_INSTANCE, none -> {}, Deadline.in(PATIENCE));
        } catch (VimFault | TransportException e) {
            LOG.debug("keepalive: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
