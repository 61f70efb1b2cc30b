package io.vmha.guestmonitor;

import io.vmha.monitor.MonitorEvent;
import io.vmha.monitor.MonitorListener;
import io.vmha.monitor.ProbeResult;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what changes, and not every look. Confined to the monitor's loop. */
final class EventLog implements MonitorListener {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    private final Map<String, Class<?>> last = new HashMap<>();

    @Override
    public void on(MonitorEvent event) {
        if (event instanceof MonitorEvent.Probed probed) {
            probed(probed);
        } else if (event instanceof MonitorEvent.Recovered || event instanceof MonitorEvent.Isolated) {
            LOG.info("{}", event);
        } else {
            LOG.warn("{}", event);
        }
    }

    private void probed(MonitorEvent.Probed probed) {
        ProbeResult result = probed.result();
        Class<?> before = last.put(probed.watch(), result.getClass());
        if (before != result.getClass()) {
            LOG.info("{}: {}", probed.watch(), text(result));
        }
    }

    /** A result in a line. */
    static String text(ProbeResult result) {
        return result.accept(new ProbeResult.Visitor<String>() {
            @Override
            public String visitHealthy(ProbeResult.Healthy healthy) {
                return "healthy: " + healthy.detail();
            }

            @Override
            public String visitWarning(ProbeResult.Warning warning) {
                return "warning: " + warning.detail();
            }

            @Override
            public String visitUnknown(ProbeResult.Unknown unknown) {
                return "unknown: " + unknown.detail();
            }

            @Override
            public String visitFailed(ProbeResult.Failed failed) {
                return "FAILED " + failed.kind() + ": " + failed.detail();
            }
        });
    }
}
