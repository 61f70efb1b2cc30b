package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vmha.Fixtures;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.RecoveryLimit;
import io.vmha.center.config.RetryPolicy;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.center.schedule.ThreadedScheduler;
import io.vmha.fault.FaultKind;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;

/** What keeps a center from doing harm, and what it tells of itself. */
class CenterGuardsTest {
    private static final VmId DB3 = VmId.of("db3");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final VirtualTime time = new VirtualTime();
    private final List<HaEvent> events = Collections.synchronizedList(new ArrayList<>());

    @Test
    void aMachineThatFlapsIsLeftToAnOperatorUntilTheWindowHasPassed() {
        ManagementCenter center = center(datacenter.hypervisor())
                .config(CenterConfig.builder()
                        .maxRecoveriesPerVm(new RecoveryLimit(1, Duration.ofMinutes(1)))
                        .build())
                .build();

        assertThat(flap(center, 1)).isNotEqualTo(Reason.RECOVERY_LIMIT);
        assertThat(flap(center, 2)).isEqualTo(Reason.RECOVERY_LIMIT);
        time.advanceTo(at(60));
        assertThat(flap(center, 3)).isNotEqualTo(Reason.RECOVERY_LIMIT);
    }

    private Reason flap(ManagementCenter center, long sequence) {
        var report = io.vmha.fault.FaultReport.ofVm(
                VmId.of("mw1"), FaultKind.SERVICE_DOWN, time.now(), "monitor:mw1", sequence);
        List<SubjectDecision> parts = run(center.submit(report)).decision().parts();
        return parts.get(parts.size() - 1).reason();
    }

    @Test
    void backoffsDoubleUpToTheirLimitAndJitterOnlyAddsItsShare() {
        RetryPolicy retry = new RetryPolicy(9, Duration.ofSeconds(1), Duration.ofSeconds(30), 0.2);
        RandomGenerator random = new Random(5);
        for (int attempt = 1; attempt < 2_000; attempt++) {
            long expected = attempt > 5 ? 30_000 : 1_000L << (attempt - 1);
            assertThat(retry.backoffAfter(attempt, random))
                    .isBetween(Duration.ofMillis(expected), Duration.ofMillis(expected * 12 / 10));
        }
        assertThat(new RetryPolicy(1, Duration.ofSeconds(2), Duration.ofSeconds(2), 0).backoffAfter(3, random))
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aRetryPolicyOutOfItsBoundsIsRefused() {
        Duration second = Duration.ofSeconds(1);
        List<Runnable> refused = List.of(
                () -> new RetryPolicy(0, second, second, 0),
                () -> new RetryPolicy(1, Duration.ZERO, second, 0),
                () -> new RetryPolicy(1, second, Duration.ofMillis(999), 0),
                () -> new RetryPolicy(1, second, second, 1.01),
                () -> new RetryPolicy(1, second, second, Double.NaN));
        refused.forEach(made ->
                assertThatIllegalArgumentException().isThrownBy(made::run).withMessageStartingWith("retry: "));
    }

    @Test
    void healthTellsWhatIsStuckAndSinceWhen() {
        datacenter.change(actual -> FaultEffects.apply(actual, Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE)));
        ManagementCenter center = center(datacenter.hypervisor()).build();
        assertThat(health(center).isHealthy()).isTrue();
        time.advanceTo(at(100));
        center.submit(Fixtures.readOnly("db3"));
        time.advanceTo(at(102));

        CenterHealth health = health(center);
        assertThat(health.isLeading()).isTrue();
        assertThat(health.journalFailingSince()).isEmpty();
        assertThat(health.openPlans()).singleElement().satisfies(plan -> {
            assertThat(plan.since()).isEqualTo(at(100));
            assertThat(plan.heldFor()).isEmpty();
            CenterHealth.StuckStep powerOff = plan.steps().get(0);
            assertThat(powerOff.state()).isEqualTo("BACKING_OFF");
            assertThat(powerOff.since()).isBetween(at(100), at(102));
            assertThat(powerOff.attempt()).isPositive();
            assertThat(powerOff.lastError()).startsWith("UNREACHABLE: ");
            assertThat(plan.steps().get(1).state()).isEqualTo("WAITING");
        });

        time.runToEnd();
        assertThat(health(center).openPlans()).isEmpty();
    }

    @Test
    void healthTellsWhatWaitsForAnOperator() {
        ManagementCenter center = center(datacenter.hypervisor())
                .config(CenterConfig.builder()
                        .automation(AutomationLevel.MANUAL)
                        .build())
                .build();
        center.submit(Fixtures.readOnly("db3"));
        time.advanceTo(at(1));

        assertThat(health(center).isHealthy()).isFalse();
        assertThat(health(center).openPlans())
                .singleElement()
                .satisfies(plan -> assertThat(plan.heldFor()).contains(Reason.AWAITING_APPROVAL));
    }

    private CenterHealth health(ManagementCenter center) {
        CompletionStage<CenterHealth> health = center.health();
        time.advanceTo(time.now());
        return health.toCompletableFuture().join();
    }

    @Test
    void onceLeadershipIsLostBetweenTwoActionsTheSecondIsNotStarted() {
        AtomicReference<OptionalLong> epoch = new AtomicReference<>(OptionalLong.of(4));
        ManagementCenter center = center(calling("powerOff", () -> epoch.set(OptionalLong.empty())))
                .leadership(epoch::get)
                .build();
        CompletableFuture<DecisionOutcome> outcome =
                center.submit(Fixtures.readOnly("db3")).toCompletableFuture();
        time.runToEnd();

        assertThat(datacenter.actual().requireVm(DB3).power()).isEqualTo(PowerState.OFF);
        assertThat(datacenter.routes()).isEmpty();
        assertThat(events).anyMatch(HaEvent.LeadershipLost.class::isInstance);
        assertThatThrownBy(outcome::join).hasCauseInstanceOf(NotLeaderException.class);
        assertThat(health(center).isLeading()).isFalse();
    }

    @Test
    void closingWaitsForTheCallUnderWayStartsNothingMoreAndLeavesTheRestToTheNextCenter() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PlanJournal journal = new InMemoryPlanJournal();
        ManagementCenter center = center(calling("powerOff", () -> {
                    begun.countDown();
                    pass(go);
                }))
                .scheduler(new ThreadedScheduler())
                .journal(journal)
                .build();
        center.submit(Fixtures.readOnly("db3"));
        pass(begun);
        Thread closing = new Thread(center::close);
        closing.start();
        await().atMost(PATIENCE).until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        go.countDown();
        closing.join(PATIENCE.toMillis());

        assertThat(closing.isAlive()).isFalse();
        assertThat(datacenter.actual().requireVm(DB3).power()).isEqualTo(PowerState.OFF);
        assertThat(datacenter.routes()).isEmpty();
        assertThatThrownBy(() -> center.submit(Fixtures.readOnly("mw1"))
                        .toCompletableFuture()
                        .join())
                .hasMessageContaining("closed");

        center(datacenter.hypervisor())
                .journal(journal)
                .leadership(() -> OptionalLong.of(2))
                .build();
        time.runToEnd();
        assertThat(datacenter.routes()).containsKey(DB3);
    }

    @Test
    void aListenerThatBlocksHoldsUpNeitherTheCenterNorOtherListeners() {
        CountDownLatch never = new CountDownLatch(1);
        try (ManagementCenter center = center(datacenter.hypervisor())
                .scheduler(new ThreadedScheduler())
                .listener(event -> pass(never))
                .build()) {
            DecisionOutcome outcome = center.submit(Fixtures.readOnly("db3"))
                    .toCompletableFuture()
                    .join();

            assertThat(outcome.isCarriedOut()).isTrue();
            await().atMost(PATIENCE).until(() -> events.stream().anyMatch(HaEvent.PlanEnded.class::isInstance));
            never.countDown();
        }
    }

    @Test
    void everyEventIsAFlightRecorderEvent() {
        List<String> kinds = Collections.synchronizedList(new ArrayList<>());
        try (RecordingStream stream = new RecordingStream()) {
            stream.enable("io.vmha.HaEvent");
            stream.onEvent("io.vmha.HaEvent", event -> kinds.add(event.getString("kind")));
            stream.startAsync();
            run(center(datacenter.hypervisor()).build().submit(Fixtures.readOnly("db3")));
            await().atMost(PATIENCE).until(() -> kinds.size() >= events.size());
        }

        assertThat(kinds)
                .containsExactlyElementsOf(events.stream()
                        .map(event -> event.getClass().getSimpleName())
                        .toList());
    }

    @Test
    void noMoreActionsAreUnderWayOnAHostThanAllowed() {
        VirtualTime slow = new VirtualTime(Instant.EPOCH, Duration.ofSeconds(1));
        ManagementCenter center = center(datacenter.hypervisor())
                .scheduler(slow)
                .config(CenterConfig.builder().maxConcurrentActionsPerHost(1).build())
                .build();
        List<CompletionStage<DecisionOutcome>> outcomes = List.of(
                center.submit(Fixtures.readOnly("mw1")),
                center.submit(Fixtures.readOnly("mw2")),
                center.submit(Fixtures.readOnly("db1")),
                center.submit(Fixtures.readOnly("db2")));
        slow.runToEnd();

        List<Instant> starts = outcomes.stream()
                .flatMap(outcome -> outcome.toCompletableFuture().join().actions().stream())
                .filter(record -> record.action().kind() == ActionKind.POWER_OFF)
                .map(ActionRecord::at)
                .sorted()
                .toList();
        assertThat(starts).hasSize(4).doesNotHaveDuplicates();
    }

    private static void pass(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("it never came");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The simulated hypervisor, with something that happens during each call of that method. */
    private HypervisorAdapter calling(String method, Runnable meanwhile) {
        HypervisorAdapter hypervisor = datacenter.hypervisor();
        return (HypervisorAdapter) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HypervisorAdapter.class}, (proxy, called, arguments) -> {
                    try {
                        Object result = called.invoke(hypervisor, arguments);
                        if (called.getName().equals(method)) {
                            meanwhile.run();
                        }
                        return result;
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private ManagementCenter.Builder center(HypervisorAdapter hypervisor) {
        return ManagementCenter.builder()
                .adapter(hypervisor)
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(reference)
                .scheduler(time)
                .listener(events::add);
    }

    private DecisionOutcome run(CompletionStage<DecisionOutcome> outcome) {
        time.runToEnd();
        return outcome.toCompletableFuture().join();
    }

    private static Instant at(long second) {
        return Instant.EPOCH.plusSeconds(second);
    }
}
