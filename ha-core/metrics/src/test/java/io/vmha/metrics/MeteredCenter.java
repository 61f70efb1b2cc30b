package io.vmha.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import io.vmha.model.Inventory;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.fault.FaultyAdapter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A real center on a simulated datacenter, in virtual time in which each call takes a second, with all its meters. */
final class MeteredCenter implements AutoCloseable {
    final MockClock clock = new MockClock();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    final Inventory inventory = Datacenter.threeHosts().inventory();
    final SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
    final FaultyAdapter platform = FaultyAdapter.around(datacenter.hypervisor());
    final VirtualTime time = new VirtualTime(Instant.EPOCH.plusSeconds(60), Duration.ofSeconds(1));
    final FailingJournal journal = new FailingJournal(new InMemoryPlanJournal());
    final HaMetrics metrics;
    final ManagementCenter center;
    OptionalLong epoch = OptionalLong.of(7);

    MeteredCenter(CenterConfig config, int maxHosts) {
        metrics = HaMetrics.builder(registry)
                .interval(Duration.ofHours(1))
                .maxHosts(maxHosts)
                .build();
        center = ManagementCenter.builder()
                .adapter(metrics.timed(platform))
                .trafficDirector(datacenter.trafficDirector())
                .fencingDevice(datacenter.fencingDevice())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(inventory)
                .journal(metrics.timed(journal))
                .leadership(() -> epoch)
                .scheduler(time)
                .config(config)
                .listener(metrics)
                .build();
        metrics.watch(center);
        time.runToEnd();
    }

    MeteredCenter() {
        this(CenterConfig.defaults(), 100);
    }

    <T> T done(CompletionStage<T> asked) {
        time.runToEnd();
        return asked.toCompletableFuture().join();
    }

    DecisionOutcome fails(String vm) {
        return done(center.submit(Datacenter.readOnly(vm)));
    }

    /** What a gauge shows once the center was asked and has answered. */
    double shows(String gauge, String... tags) {
        metrics.refresh();
        time.runToEnd();
        return last(gauge, tags);
    }

    /** What a gauge shows, without asking. */
    double last(String gauge, String... tags) {
        return registry.get(gauge).tags(tags).gauge().value();
    }

    double count(String counter, String... tags) {
        return registry.get(counter).tags(tags).counter().count();
    }

    long timed(String timer, String... tags) {
        return registry.get(timer).tags(tags).timer().count();
    }

    /** The names of all that is measured. */
    List<String> names() {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .map(Meter.Id::getName)
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        metrics.close();
        center.close();
    }

    /** A journal that cannot be written while it is told so. */
    static final class FailingJournal implements PlanJournal {
        private final PlanJournal kept;
        volatile @Nullable String failure;

        FailingJournal(PlanJournal kept) {
            this.kept = kept;
        }

        @Override
        public JournalState open(long epoch) {
            return kept.open(epoch);
        }

        @Override
        public void write(long epoch, List<JournalEntry> entries) {
            String why = failure;
            if (why != null) {
                throw new JournalException(why, new java.io.IOException(why));
            }
            kept.write(epoch, entries);
        }

        @Override
        public void close() {
            kept.close();
        }
    }
}
