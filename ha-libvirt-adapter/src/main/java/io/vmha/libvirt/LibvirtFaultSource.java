package io.vmha.libvirt;

import com.google.common.collect.Sets;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.FaultSource;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports faults of hosts and machines without anything of ours in the guests: from libvirt's events, from the loss of a
 * host's connection, and from what the QEMU guest agent tells of a guest's filesystems.
 *
 * <p>Reports are given to the receiver from one thread, one at a time; it must return quickly. A fault is reported once; it
 * is reported again only after the machine was started anew, or the host answered again. Thread-safe; the state is kept in
 * concurrent maps.
 *
 * <p>Sequence numbers begin with the clock's time, so that those of a source that is started anew after a crash are higher than those
 * of the one before, and its reports are not taken for stale ones.
 */
public final class LibvirtFaultSource implements FaultSource.Watching {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtFaultSource.class);
    private static final int STOPPED_MIGRATED = 3;
    private static final int STOPPED_SAVED = 4;
    private static final int STOPPED_FROM_SNAPSHOT = 6;
    private static final int WATCHDOG_NONE = 0;
    private static final long REPORTS_PER_MILLISECOND = 1_000;
    private static final Duration RETRY = Duration.ofMillis(100);

    private final Cluster cluster;
    private final FaultWatch settings;
    private final InstantSource clock;
    private final Consumer<FaultReport> receiver;
    private final AtomicLong sequence;
    private final Set<String> reported = Sets.newConcurrentHashSet();
    private final Map<HostId, AutoCloseable> observed = new ConcurrentHashMap<>();
    private final Set<HostId> beingAsked = Sets.newConcurrentHashSet();
    private final GuestProbes probes;
    private final ScheduledExecutorService reporter;
    private final ScheduledExecutorService askers;

    LibvirtFaultSource(Cluster cluster, FaultWatch settings, InstantSource clock, Consumer<FaultReport> receiver) {
        this.cluster = cluster;
        this.settings = settings;
        this.clock = clock;
        this.receiver = receiver;
        this.sequence = new AtomicLong(Math.multiplyExact(clock.millis(), REPORTS_PER_MILLISECOND));
        this.probes = new GuestProbes(settings, new GuestProbes.Receiver() {
            @Override
            public void fault(HostId host, VmId vm, UUID domain, FaultKind kind) {
                vmFault(host, vm, domain, kind);
            }

            @Override
            public void heardFrom(VmId vm) {
                cluster.booted(vm);
            }
        });
        this.reporter = Executors.newSingleThreadScheduledExecutor(threads("vmha-libvirt-faults"));
        this.askers = Executors.newScheduledThreadPool(
                Math.min(64, 1 + cluster.hosts().size()), threads("vmha-libvirt-watch-%d"));
        every(settings.probeInterval(), () -> probes.retain(cluster.directory()));
        for (ManagedHost host : cluster.hosts()) {
            observed.put(host.settings().id(), host.observe(new Observer(host)));
            every(settings.hostInterval(), () -> askHost(host));
            every(settings.probeInterval().dividedBy(GuestProbes.LOOKS), () -> probes.probe(host, cluster.directory()));
        }
    }

    private static ThreadFactory threads(String name) {
        return new ThreadFactoryBuilder().setDaemon(true).setNameFormat(name).build();
    }

    private void every(Duration interval, Runnable action) {
        var unused = askers.scheduleAtFixedRate(
                () -> {
                    try {
                        action.run();
                    } catch (RuntimeException e) {
                        LOG.debug("watching: {}", e.getMessage());
                    }
                },
                0,
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Whether the machine's guest agent has answered a probe since the machine was started. */
    public boolean hasHeardFrom(VmId vm) {
        return cluster.directory()
                .find(vm)
                .filter(found -> probes.hasHeardFrom(found.uuid()))
                .isPresent();
    }

    /** Has a host tell all its domains; one that does not is reported, once, until it does again. */
    private void askHost(ManagedHost host) {
        HostId id = host.settings().id();
        if (!beingAsked.add(id)) {
            return;
        }
        try {
            readUntil(host, Deadline.in(settings.hostTimeout()));
            reported.remove(key(id, FaultKind.HOST_UNREACHABLE));
        } catch (AdapterException e) {
            // A busy or slow host keeps its connection; only one that lost it, or never had one, is unreachable.
            if (!host.isConnected()) {
                LOG.warn("host {} is unreachable: {}", id, e.getMessage());
                report(
                        key(id, FaultKind.HOST_UNREACHABLE),
                        () -> FaultReport.ofHost(
                                id,
                                FaultKind.HOST_UNREACHABLE,
                                clock.instant(),
                                source(id),
                                sequence.getAndIncrement()));
            }
        } finally {
            beingAsked.remove(id);
        }
    }

    /** Reads a host, and again while it refuses the connection: its daemon may just be starting anew. */
    private void readUntil(ManagedHost host, Deadline deadline) {
        while (true) {
            try {
                cluster.read(host, deadline);
                return;
            } catch (AdapterException e) {
                if (deadline.remaining().compareTo(RETRY) <= 0) {
                    throw e;
                }
                cluster.pause(RETRY);
            }
        }
    }

    private void startedAnew(UUID domain) {
        reported.removeIf(key -> key.startsWith(domain + " "));
        probes.started(domain);
    }

    private void vmFault(HostId host, VmId vm, UUID domain, FaultKind kind) {
        report(
                key(domain, kind),
                () -> FaultReport.ofVm(vm, kind, clock.instant(), source(host), sequence.getAndIncrement()));
    }

    private void report(String key, Supplier<FaultReport> report) {
        if (!reported.add(key)) {
            return;
        }
        later(() -> {
            FaultReport made = report.get();
            LOG.info("{} of {} reported by {}", made.kind(), made.subject(), made.source());
            receiver.accept(made);
        });
    }

    private void later(Runnable action) {
        try {
            reporter.execute(() -> {
                try {
                    action.run();
                } catch (RuntimeException e) {
                    LOG.error("the receiver of fault reports failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("a report came after the end");
        }
    }

    private static String source(HostId host) {
        return "libvirt:" + host;
    }

    private static String key(Object subject, FaultKind kind) {
        return subject + " " + kind;
    }

    /** Ends the watching; the adapter goes on. */
    @Override
    public void close() {
        observed.values().forEach(registration -> {
            try {
                registration.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        askers.shutdownNow();
        reporter.shutdown();
        probes.close();
    }

    /** Hears of one host; called on libvirt's event thread, so that all work is done elsewhere. */
    private final class Observer implements HostEvents.Listener {
        private final ManagedHost host;
        private final HostId id;

        Observer(ManagedHost host) {
            this.host = host;
            this.id = host.settings().id();
        }

        @Override
        public void lifecycle(UUID domain, int event, int detail) {
            switch (event) {
                case HostEvents.EVENT_STARTED -> later(() -> startedAnew(domain));
                case HostEvents.EVENT_SUSPENDED -> {
                    // libvirt does not always send its event for the error itself.
                    if (detail == HostEvents.SUSPENDED_IO_ERROR) {
                        fault(domain, FaultKind.IO_ERROR);
                    }
                }
                case HostEvents.EVENT_CRASHED -> fault(domain, FaultKind.GUEST_HUNG);
                case HostEvents.EVENT_STOPPED -> {
                    boolean orderly = detail == STOPPED_MIGRATED
                            || detail == STOPPED_SAVED
                            || detail == STOPPED_FROM_SNAPSHOT
                            || cluster.isStopping(domain);
                    if (!orderly) {
                        fault(domain, FaultKind.POWERED_OFF);
                    }
                }
                default -> {
                    // Nothing else is a fault.
                }
            }
        }

        @Override
        public void metadataChanged(UUID domain) {}

        @Override
        public void rebooted(UUID domain) {
            later(() -> startedAnew(domain));
        }

        @Override
        public void agentChanged(UUID domain) {
            later(() -> probes.agentChanged(domain));
        }

        @Override
        public void watchdog(UUID domain, int action) {
            if (action != WATCHDOG_NONE) {
                fault(domain, FaultKind.GUEST_HUNG);
            }
        }

        @Override
        public void ioError(UUID domain, String device, String reason) {
            fault(domain, reason.equals("enospc") ? FaultKind.DISK_FULL : FaultKind.IO_ERROR);
        }

        @Override
        public void connectionLost(int reason) {
            try {
                askers.execute(() -> askHost(host));
            } catch (RejectedExecutionException e) {
                LOG.debug("a connection was lost after the end");
            }
        }

        private void fault(UUID domain, FaultKind kind) {
            later(() -> cluster.directory().machineOf(id, domain).ifPresent(vm -> vmFault(id, vm, domain, kind)));
        }
    }
}
