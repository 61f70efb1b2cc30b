package io.vmha.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.center.journal.PlanJournal;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A management center's Micrometer meters.
 *
 * <pre>{@code
 * HaMetrics metrics = HaMetrics.builder(registry).build();
 * ManagementCenter center = ManagementCenter.builder()
 *         .adapter(metrics.timed(adapter))
 *         .journal(metrics.timed(journal))
 *         .listener(metrics)
 *         ...
 *         .build();
 * metrics.watch(center);
 * }</pre>
 *
 * <p>As a listener it counts reports, decisions, actions and plans, and times reports until their redirect. {@link #watch} asks a
 * center regularly how it is. What it did not say within three such intervals is NaN, not 0. The number of series is bounded: all tags
 * are kinds, outcomes and reasons, but for {@code host}, which has {@link Builder#maxHosts} values at most. No VM is ever a tag.
 *
 * <p>Thread-safe. A center that took over after another one in the same process may be watched by the same metrics.
 */
public final class HaMetrics implements HaListener, AutoCloseable {
    private static final int ANSWERS_MISSED = 3;

    private final MeterRegistry registry;
    private final Tags tags;
    private final HostTags hosts;
    private final EventMeters events;
    private final HealthMeters health;
    private final AtomicReference<@Nullable ManagementCenter> watched = new AtomicReference<>();
    private final ScheduledExecutorService timer;

    private HaMetrics(Builder builder) {
        registry = builder.registry;
        tags = builder.tags;
        hosts = new HostTags(builder.maxHosts);
        events = new EventMeters(registry, tags);
        health = new HealthMeters(registry, tags, builder.interval.multipliedBy(ANSWERS_MISSED));
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "vmha-metrics");
            thread.setDaemon(true);
            return thread;
        });
        long nanos = builder.interval.toNanos();
        var unused = timer.scheduleWithFixedDelay(this::refresh, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /** Returns a builder of meters in a registry; it is not thread-safe. */
    public static Builder builder(MeterRegistry registry) {
        return new Builder(requireNonNull(registry, "registry"));
    }

    /** Takes an event of a center's. */
    @Override
    public void onEvent(HaEvent event) {
        events.onEvent(event);
    }

    /** Asks this center from now on how it is, in place of one that was watched before. */
    public void watch(ManagementCenter center) {
        watched.set(requireNonNull(center, "center"));
        refresh();
    }

    /** Asks the watched center now, without waiting for what it says. Does nothing where none is watched. */
    public void refresh() {
        Optional.ofNullable(watched.get()).ifPresent(health::ask);
    }

    /**
     * Returns the same adapter with its calls timed, by call, host and outcome. The host of a call about a VM is the one that the
     * watched center believes it is on; {@code none} before one is watched. Closing it closes the adapter.
     */
    public HypervisorAdapter timed(HypervisorAdapter adapter) {
        return new MeteredAdapter(requireNonNull(adapter, "adapter"), registry, tags, hosts, this::hostOf);
    }

    /** Returns the same journal with its writes timed. Closing it closes the journal. */
    public PlanJournal timed(PlanJournal journal) {
        return new MeteredJournal(requireNonNull(journal, "journal"), registry, tags);
    }

    private Optional<HostId> hostOf(VmId vm) {
        return Optional.ofNullable(watched.get())
                .flatMap(center -> center.inventory().vm(vm))
                .map(VirtualMachine::host);
    }

    /** Stops asking; the meters stay in the registry, and how the center is becomes unknown. Calling it again does nothing. */
    @Override
    public void close() {
        watched.set(null);
        timer.shutdownNow();
    }

    /** Builds metrics; not thread-safe. */
    public static final class Builder {
        private static final int MOST_HOSTS = 10_000;

        private final MeterRegistry registry;
        private Tags tags = Tags.empty();
        private Duration interval = Duration.ofSeconds(5);
        private int maxHosts = 100;

        private Builder(MeterRegistry registry) {
            this.registry = registry;
        }

        /** Sets tags that all meters get, such as the center's name where one registry has several. */
        public Builder tags(Iterable<? extends Tag> chosen) {
            tags = Tags.of(requireNonNull(chosen, "tags"));
            return this;
        }

        /**
         * Sets how often the center is asked how it is; 5 s by default.
         *
         * @throws IllegalArgumentException if it is not more than 0
         */
        public Builder interval(Duration chosen) {
            if (requireNonNull(chosen, "interval").isNegative() || chosen.isZero()) {
                throw new IllegalArgumentException("interval must be more than 0: " + chosen);
            }
            interval = chosen;
            return this;
        }

        /**
         * Sets how many hosts have a series of their own in the adapter's calls; 100 by default. Those that are met later share the
         * name {@code other}.
         *
         * @param most 0 to 10,000
         * @throws IllegalArgumentException if it is not
         */
        public Builder maxHosts(int most) {
            if (most < 0 || most > MOST_HOSTS) {
                throw new IllegalArgumentException("maxHosts must be 0 to " + MOST_HOSTS + ": " + most);
            }
            maxHosts = most;
            return this;
        }

        /** Returns the metrics, whose gauges are in the registry from now on. */
        public HaMetrics build() {
            return new HaMetrics(this);
        }
    }
}
