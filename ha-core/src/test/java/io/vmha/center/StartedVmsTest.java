package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondLook;
import io.vmha.detection.SilenceLimit;
import io.vmha.model.Inventory;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A VM that was started is denied weight until the hypervisor is told that it serves. */
class StartedVmsTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final VirtualTime time = new VirtualTime(Instant.EPOCH, Duration.ofSeconds(1));
    private final List<VmId> told = new ArrayList<>();
    private final Deque<Throwable> failures = new ArrayDeque<>();

    @Test
    void aCloneServesOnceItsRequestsAreBackAndNotBefore() {
        ManagementCenter center = builder().build();
        cloneAnew(center);
        assertThat(datacenter.starting()).containsExactly(MW1);
        assertThat(told).isEmpty();

        DecisionOutcome back = run(center.repaired(MW1));

        assertThat(back.isCarriedOut()).isTrue();
        assertThat(datacenter.routes()).containsEntry(MW1, MW1);
        assertThat(datacenter.starting()).isEmpty();
        assertThat(told).containsExactly(MW1);
    }

    @Test
    void aCloneServesOnceItsMonitorIsHeardFrom() {
        ManagementCenter center = builder()
                .detection(
                        DetectionConfig.builder()
                                .vmLimit(new SilenceLimit.Deadline(Duration.ofSeconds(1), Duration.ofMinutes(10)))
                                .build(),
                        (vm, host, deadline) -> SecondLook.UNKNOWN)
                .build();
        cloneAnew(center);
        center.heartbeat(Heartbeat.ofVm(VmId.of("mw2"), 1, 1));
        time.advanceTo(time.now().plusSeconds(5));
        assertThat(told).isEmpty();

        center.heartbeat(Heartbeat.ofVm(MW1, 1, 1));
        time.advanceTo(time.now().plusSeconds(5));

        assertThat(told).containsExactly(MW1);
    }

    @Test
    void itIsToldAgainWhereThatCanHelpAndNothingElseIsHarmed() {
        ManagementCenter center = builder().build();
        cloneAnew(center);
        failures.add(new AdapterException.Transient(AdapterException.Cause.BUSY, "not now"));
        failures.add(new AdapterException.OutcomeUnknown(AdapterException.Cause.TIMEOUT, "no answer"));

        DecisionOutcome back = run(center.repaired(MW1));

        assertThat(back.isCarriedOut()).isTrue();
        assertThat(told).containsExactly(MW1, MW1, MW1);
        assertThat(datacenter.starting()).isEmpty();
    }

    @Test
    void whatARefusalOrAThrowingAdapterAnswersChangesNothing() {
        for (Throwable thrown : List.of(
                new AdapterException.Permanent(AdapterException.Cause.UNSUPPORTED, "never"),
                new IllegalStateException("a bug"),
                new StackOverflowError("a worse one"))) {
            new StartedVmsTest().isHarmless(thrown);
        }
    }

    private void isHarmless(Throwable thrown) {
        ManagementCenter center = builder().build();
        cloneAnew(center);
        failures.add(thrown);

        assertThat(run(center.repaired(MW1)).isCarriedOut()).isTrue();
        assertThat(told).containsExactly(MW1);
        assertThat(center.inventory().requireVm(MW1).health()).isEqualTo(VmHealth.HEALTHY);
        assertThat(ask(center.health()).isHealthy()).isTrue();
    }

    @Test
    void theNextCenterTellsItOfAVmThatOneBeforeItStarted() {
        ManagementCenter first = builder().build();
        cloneAnew(first);
        Inventory left = first.inventory();
        first.close();
        ManagementCenter next = builder().inventory(left).build();

        run(next.repaired(MW1));

        assertThat(datacenter.routes()).containsEntry(MW1, MW1);
        assertThat(datacenter.starting()).isEmpty();
    }

    @Test
    void whereNothingWasStartedNothingIsTold() {
        ManagementCenter center = builder().build();
        datacenter.inject(Fixtures.hostDown("h1"));
        run(center.submit(Fixtures.hostDown("h1")));

        assertThat(datacenter.routes()).isNotEmpty();
        assertThat(told).isEmpty();
    }

    private void cloneAnew(ManagementCenter center) {
        datacenter.inject(Fixtures.readOnly("mw1"));
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("mw1")));
        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(datacenter.routes().get(MW1)).isNotEqualTo(MW1);
    }

    private ManagementCenter.Builder builder() {
        return ManagementCenter.builder()
                .adapter(listening())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .failback(FailbackMode.AUTOMATIC)
                                .build())
                        .build())
                .inventory(reference)
                .scheduler(time);
    }

    /** The simulated hypervisor, which notes what it is told, and fails as it is bidden. */
    private HypervisorAdapter listening() {
        HypervisorAdapter real = datacenter.hypervisor();
        return (HypervisorAdapter) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HypervisorAdapter.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals("serves")) {
                        told.add((VmId) arguments[0]);
                        Throwable failure = failures.poll();
                        if (failure != null) {
                            throw failure;
                        }
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getTargetException();
                    }
                });
    }

    private <T> T ask(CompletionStage<T> question) {
        time.runToEnd();
        return question.toCompletableFuture().join();
    }

    private DecisionOutcome run(CompletionStage<DecisionOutcome> outcome) {
        time.runToEnd();
        return outcome.toCompletableFuture().join();
    }
}
