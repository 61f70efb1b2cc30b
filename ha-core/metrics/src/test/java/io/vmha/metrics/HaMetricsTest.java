package io.vmha.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.StormGuard;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.fault.Call;
import io.vmha.testkit.fault.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class HaMetricsTest {

    @Test
    void aDecisionIsCountedByItsOutcomeAndReason() {
        try (MeteredCenter metered = new MeteredCenter()) {
            metered.fails("mw1");
            metered.fails("mw1");

            assertThat(metered.count("vmha.reports", "kind", "FILESYSTEM_READ_ONLY"))
                    .isEqualTo(2);
            assertThat(metered.count("vmha.decisions", "outcome", "REDIRECTED", "reason", "SAME_TYPE_PRIMARY"))
                    .isEqualTo(1);
            assertThat(metered.count("vmha.decisions", "outcome", "IGNORED", "reason", "DUPLICATE"))
                    .isEqualTo(1);
            assertThat(metered.count("vmha.plans.ended", "result", "carried_out"))
                    .isEqualTo(1);
        }
    }

    @Test
    void theTimeFromAReportToItsRedirectIsTheCentersOwn() {
        try (MeteredCenter metered = new MeteredCenter()) {
            DecisionOutcome outcome = metered.fails("db1");

            Duration toRedirect = outcome.actions().stream()
                    .filter(record -> record.action().kind() == ActionKind.REDIRECT)
                    .map(record -> Duration.between(Datacenter.readOnly("db1").observedAt(), record.at()))
                    .findFirst()
                    .orElseThrow();
            assertThat(toRedirect).isPositive();
            assertThat(metered.timed("vmha.report.to.redirect", "kind", "FILESYSTEM_READ_ONLY"))
                    .isEqualTo(1);
            double seconds =
                    metered.registry.get("vmha.report.to.redirect").timer().totalTime(TimeUnit.SECONDS);
            // A database's VM is powered off, read back, its standby promoted, and then its requests move: a second for
            // each call.
            assertThat(seconds).isBetween(3.0, 30.0);
        }
    }

    @Test
    void aReturnIsNoFailoverAndIsNotTimedAsOne() {
        try (MeteredCenter metered = new MeteredCenter()) {
            metered.fails("mw1");
            metered.done(metered.center.repaired(VmId.of("mw1")));

            assertThat(metered.timed("vmha.report.to.redirect")).isEqualTo(1);
        }
    }

    @Test
    void actionsAreCountedByKindAndResultAndTimed() {
        try (MeteredCenter metered = new MeteredCenter()) {
            metered.platform.next(Call.POWER_OFF, Fault.TRANSIENT);
            metered.fails("mw1");

            assertThat(metered.timed("vmha.actions", "kind", "POWER_OFF", "result", "FAILED"))
                    .isEqualTo(1);
            assertThat(metered.timed("vmha.actions", "kind", "POWER_OFF", "result", "DONE"))
                    .isEqualTo(1);
            assertThat(metered.registry
                            .get("vmha.actions")
                            .tags("kind", "POWER_OFF", "result", "DONE")
                            .timer()
                            .totalTime(TimeUnit.SECONDS))
                    .isCloseTo(1, within(1.0));
        }
    }

    @Test
    void whatIsUnmetShowsWithItsNeedAndReasonAndGoesBackToZero() {
        try (MeteredCenter metered = new MeteredCenter()) {
            metered.done(metered.center.pause("ann"));
            CompletionStage<DecisionOutcome> waits = metered.center.submit(Datacenter.readOnly("mw1"));
            metered.time.runToEnd();

            assertThat(metered.shows("vmha.needs.unmet", "need", "SERVE", "reason", "PAUSED"))
                    .isEqualTo(1);

            metered.done(metered.center.resume("ann"));
            metered.done(waits);
            assertThat(metered.shows("vmha.needs.unmet", "need", "SERVE", "reason", "PAUSED"))
                    .isZero();
        }
    }

    @Test
    void anOpenStormGuardShowsAndWhatItHolds() {
        CenterConfig cautious = CenterConfig.builder()
                .stormGuard(new StormGuard(0.1, Duration.ofMinutes(10)))
                .build();
        try (MeteredCenter metered = new MeteredCenter(cautious, 100)) {
            metered.datacenter.inject(Datacenter.hostFault("h1", FaultKind.HOST_UNREACHABLE));
            var unused = metered.center.submit(Datacenter.hostFault("h1", FaultKind.HOST_UNREACHABLE));
            metered.time.advanceTo(metered.time.now().plusSeconds(30));
            metered.metrics.refresh();
            metered.time.advanceTo(metered.time.now().plusSeconds(1));

            assertThat(metered.last("vmha.storm.guard.open")).isEqualTo(1);
            assertThat(metered.count("vmha.storm.guard.opened")).isEqualTo(1);
            assertThat(metered.last("vmha.plans.held", "reason", "STORM_GUARD")).isPositive();
            assertThat(metered.last("vmha.plans.open")).isPositive();
        }
    }

    @Test
    void aJournalThatCannotBeWrittenShowsUntilItCan() {
        try (MeteredCenter metered = new MeteredCenter()) {
            metered.journal.failure = "no space left";
            CompletionStage<DecisionOutcome> waits = metered.center.submit(Datacenter.readOnly("mw1"));
            metered.time.advanceTo(metered.time.now().plusSeconds(5));
            metered.metrics.refresh();
            metered.time.advanceTo(metered.time.now().plusSeconds(1));
            assertThat(metered.last("vmha.journal.failing")).isEqualTo(1);
            assertThat(metered.timed("vmha.journal.writes", "outcome", "failed"))
                    .isPositive();

            metered.journal.failure = null;
            metered.done(waits);
            assertThat(metered.shows("vmha.journal.failing")).isZero();
            assertThat(metered.timed("vmha.journal.writes", "outcome", "ok")).isPositive();
            assertThat(metered.count("vmha.journal.entries"))
                    .isGreaterThanOrEqualTo(metered.timed("vmha.journal.writes", "outcome", "ok"));
        }
    }

    @Test
    void aLostLeadershipShows() {
        try (MeteredCenter metered = new MeteredCenter()) {
            assertThat(metered.shows("vmha.leading")).isEqualTo(1);
            assertThat(metered.shows("vmha.epoch")).isEqualTo(7);
            assertThat(metered.count("vmha.leadership.lost")).isZero();

            metered.epoch = OptionalLong.empty();
            CompletionStage<DecisionOutcome> refused = metered.center.submit(Datacenter.readOnly("mw1"));
            metered.time.runToEnd();

            assertThat(refused).isCompletedExceptionally();
            assertThat(metered.shows("vmha.leading")).isZero();
            assertThat(metered.count("vmha.leadership.lost")).isEqualTo(1);
        }
    }

    @Test
    void whatACenterHasNotSaidIsUnknownAndNotZero() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (HaMetrics metrics = HaMetrics.builder(registry).build()) {
            assertThat(registry.get("vmha.leading").gauge().value()).isNaN();
            assertThat(registry.get("vmha.plans.open").gauge().value()).isNaN();
            assertThat(metrics).isNotNull();
        }
    }

    @Test
    void whatACenterSaidLongAgoIsUnknown() {
        try (MeteredCenter metered = new MeteredCenter()) {
            assertThat(metered.shows("vmha.leading")).isEqualTo(1);
            metered.clock.add(Duration.ofHours(3));
            assertThat(metered.last("vmha.leading")).isEqualTo(1);
            metered.clock.add(Duration.ofSeconds(1));

            assertThat(metered.last("vmha.leading")).isNaN();
            assertThat(metered.last("vmha.health.age")).isEqualTo(3 * 3600 + 1);
        }
    }

    @Test
    void aCenterIsAskedAgainAndAgainWithoutAnybodyCalling() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        SimulatedDatacenter datacenter =
                new SimulatedDatacenter(Datacenter.threeHosts().inventory());
        try (HaMetrics metrics = HaMetrics.builder(registry)
                        .interval(Duration.ofMillis(5))
                        .build();
                var center = ManagementCenter.builder()
                        .adapter(datacenter.hypervisor())
                        .trafficDirector(datacenter.trafficDirector())
                        .inventory(datacenter.actual())
                        .listener(metrics)
                        .build()) {
            metrics.watch(center);
            center.pause("ann").toCompletableFuture().join();
            var unused = center.submit(Datacenter.readOnly("mw1"));

            Awaitility.await()
                    .until(() -> Optional.ofNullable(registry.find("vmha.needs.unmet")
                                    .tag("reason", "PAUSED")
                                    .gauge())
                            .filter(gauge -> gauge.value() == 1)
                            .isPresent());
        }
    }

    @Test
    void callsOfTheAdapterAreTimedByHostAndOutcome() {
        try (MeteredCenter metered = new MeteredCenter()) {
            metered.platform.next(Call.POWER_OFF, Fault.ANSWER_LOST);
            metered.fails("mw1");

            assertThat(metered.timed("vmha.adapter.calls", "call", "power_off", "host", "h1", "outcome", "unknown"))
                    .isEqualTo(1);
            assertThat(metered.registry
                            .get("vmha.adapter.calls")
                            .tags("host", "h1", "outcome", "ok")
                            .timers())
                    .isNotEmpty();
        }
    }

    @Test
    void hostsBeyondTheLimitShareOneName() {
        try (MeteredCenter metered = new MeteredCenter(CenterConfig.defaults(), 2)) {
            var adapter = metered.metrics.timed(metered.datacenter.hypervisor());
            IntStream.rangeClosed(1, 50).forEach(i -> {
                try {
                    adapter.powerOn(
                            VmId.of("mw1"), HostId.of("unknown-" + i), CallContext.within(Duration.ofSeconds(1)));
                } catch (AdapterException expected) {
                    assertThat(expected).isNotNull();
                }
            });

            Set<String> hosts = metered.registry.getMeters().stream()
                    .map(Meter::getId)
                    .filter(id -> id.getName().equals("vmha.adapter.calls"))
                    .map(id -> String.valueOf(id.getTag("host")))
                    .collect(Collectors.toSet());
            assertThat(hosts).hasSize(3).contains("other");
            assertThat(metered.timed("vmha.adapter.calls", "call", "power_on", "host", "other", "outcome", "permanent"))
                    .isEqualTo(48);
        }
    }

    @Test
    void noVmIsATag() {
        try (MeteredCenter metered = new MeteredCenter()) {
            metered.fails("mw1");
            metered.fails("db1");
            metered.done(metered.center.submit(Datacenter.hostDown("h2")));

            Set<String> vms =
                    metered.inventory.vms().stream().map(vm -> vm.id().value()).collect(Collectors.toSet());
            assertThat(metered.registry.getMeters())
                    .flatMap(meter -> meter.getId().getTags())
                    .extracting(Tag::getValue)
                    .doesNotContainAnyElementsOf(vms);
        }
    }

    @Test
    void twoCentersOfOneRegistryAreToldApartByTheirTags() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (HaMetrics first =
                        HaMetrics.builder(registry).tags(Tags.of("center", "a")).build();
                HaMetrics second =
                        HaMetrics.builder(registry).tags(Tags.of("center", "b")).build()) {
            assertThat(List.of(first, second)).doesNotContainNull();
            assertThat(registry.get("vmha.leading").gauges()).hasSize(2);
        }
    }

    @Test
    void whatCannotBeIsRefusedAtTheDoor() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HaMetrics.builder(registry).interval(Duration.ZERO))
                .withMessage("interval must be more than 0: PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HaMetrics.builder(registry).maxHosts(10_001))
                .withMessage("maxHosts must be 0 to 10000: 10001");
    }
}
