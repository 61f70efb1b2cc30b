package io.vmha.vsphere;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.vmha.adapter.AdapterException;
import io.vmha.fault.FaultKind;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.TransportException;
import io.vmha.vsphere.internal.vim.VimFault;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the server for what has happened since it was asked last, and tells what of it is a fault by the rules. What happened
 * before the watching began is not told. The state is confined to its one thread.
 */
final class EventWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventWatch.class);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final Vcenter vcenter;
    private final FaultRules rules;
    private final BooleanSupplier ready;
    private final Receiver receiver;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                    .setDaemon(true)
                    .setNameFormat("vmha-vsphere-events")
                    .build());
    private String since = "";
    private long lastKey = -1;

    /** Takes a fault that an event means. */
    interface Receiver {
        void fault(FaultKind kind, MoRef subject);
    }

    /** Asks as often as that, from when it is ready for answers. */
    EventWatch(Vcenter vcenter, FaultRules rules, Duration interval, BooleanSupplier ready, Receiver receiver) {
        this.vcenter = vcenter;
        this.rules = rules;
        this.ready = ready;
        this.receiver = receiver;
        var unused = thread.scheduleWithFixedDelay(this::ask, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void ask() {
        try {
            Deadline deadline = Deadline.in(ANSWER);
            if (since.isEmpty()) {
                begin(deadline);
            }
            if (!ready.getAsBoolean()) {
                return;
            }
            List<XmlNode> events = vcenter.client().events(since, deadline).stream()
                    .filter(event -> key(event) > lastKey)
                    .sorted(Comparator.comparingLong(EventWatch::key))
                    .toList();
            for (XmlNode event : events) {
                lastKey = key(event);
                since = event.textAt("createdTime");
                tell(event);
            }
        } catch (VimFault | TransportException | AdapterException e) {
            LOG.warn("asking vCenter for events: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            // What a scheduled task throws would end it for good.
            LOG.error("asking vCenter for events failed, and goes on", e);
        }
    }

    private void begin(Deadline deadline) {
        String now = vcenter.client().currentTime(deadline);
        lastKey = vcenter.client().events(now, deadline).stream()
                .mapToLong(EventWatch::key)
                .max()
                .orElse(-1);
        since = now;
    }

    private static long key(XmlNode event) {
        return event.numberAt("key").orElse(-1);
    }

    private void tell(XmlNode event) {
        Optional<FaultKind> kind = rules.event(event.xsiType()).or(() -> rules.event(event.textAt("eventTypeId")));
        kind.ifPresent(fault -> event.at(
                        fault.scope() == FaultKind.Scope.VM ? new String[] {"vm", "vm"} : new String[] {"host", "host"})
                .ifPresent(subject -> receiver.fault(fault, subject.ref())));
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
