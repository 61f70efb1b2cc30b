package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.LoadSample;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts is what is read back, not what was answered. */
class ReadBackTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final HostId H1 = HostId.of("h1");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final VirtualTime time = new VirtualTime(Instant.EPOCH, Duration.ofSeconds(1));

    @ParameterizedTest
    @ValueSource(strings = {"powerOff", "cloneFromTemplate", "powerOn"})
    void aRecoveryThatWasOnlyAcceptedIsDoneAllTheSame(String lie) {
        ManagementCenter center = center(lyingOnce(lie), datacenter.trafficDirector());
        datacenter.inject(Fixtures.readOnly("mw1"));
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("mw1")));

        assertThat(outcome.isCarriedOut()).isTrue();
        VirtualMachine really = datacenter.actual().requireVm(MW1);
        assertThat(really.power()).isEqualTo(PowerState.ON);
        assertThat(really.health()).isEqualTo(VmHealth.HEALTHY);
        assertThat(really.host()).isEqualTo(center.inventory().requireVm(MW1).host());
    }

    @Test
    void aMachineThatWasNotMovedThoughThatWasAcceptedIsMovedAgain() {
        ManagementCenter center = center(lyingOnce("migrate"), datacenter.trafficDirector());
        run(center.maintenance(H1, true, "operator"));

        for (VirtualMachine vm : center.inventory().vms()) {
            assertThat(datacenter.actual().requireVm(vm.id()).host())
                    .as(vm.id().value())
                    .isEqualTo(vm.host());
        }
    }

    @Test
    void anAllocationThatWasNotChangedThoughThatWasAcceptedIsChangedAgain() {
        ManagementCenter center = center(lyingOnce("reallocate"), datacenter.trafficDirector());
        Resources before = reference.requireVm(MW1).allocation();
        DecisionOutcome outcome = run(center.load(
                new LoadSample(MW1, 1.2, Optional.of(Resources.of(before.cpuMillis() + 500, before.memoryMiB())))));

        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(datacenter.actual().requireVm(MW1).allocation())
                .isNotEqualTo(before)
                .isEqualTo(center.inventory().requireVm(MW1).allocation());
    }

    @Test
    void aTryThatHadItsEffectIsNotTakenForFailedBecauseALaterOneIs() {
        AtomicInteger reads = new AtomicInteger();
        TrafficDirector real = datacenter.trafficDirector();
        TrafficDirector losesItsAnswers = new TrafficDirector() {
            @Override
            public void route(VmId owner, VmId server, CallContext call) {
                real.route(owner, server, call);
                throw new AdapterException.OutcomeUnknown(AdapterException.Cause.TIMEOUT, "no answer");
            }

            @Override
            public VmId serverOf(VmId owner, CallContext call) {
                if (reads.getAndIncrement() == 0) {
                    throw new AdapterException.Permanent(AdapterException.Cause.REFUSED, "no");
                }
                return real.serverOf(owner, call);
            }
        };
        ManagementCenter center = center(datacenter.hypervisor(), losesItsAnswers);
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("mw1")));

        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(center.inventory().requireVm(MW1).servedBy())
                .contains(datacenter.routes().get(MW1));
    }

    @Test
    void aHostThatIsLostTakesTheMachinesWithItThatHaveArrivedAndNoOthers() {
        ManagementCenter center = center(datacenter.hypervisor(), datacenter.trafficDirector());
        var unused = center.maintenance(H1, true, "operator");
        time.advanceTo(Instant.EPOCH.plusMillis(500));
        datacenter.inject(Fixtures.hostDown("h2"));
        run(center.submit(Fixtures.hostDown("h2")));

        for (VirtualMachine vm : reference.vmsOn(H1)) {
            assertThat(center.inventory().requireVm(vm.id()).health()).isEqualTo(VmHealth.HEALTHY);
            assertThat(center.inventory().requireVm(vm.id()).host())
                    .isEqualTo(datacenter.actual().requireVm(vm.id()).host());
        }
        // The databases on h1 run on, and take nothing over since their host is to be emptied: they hand over, and
        // their own requests
        // follow.
        assertThat(datacenter.replicaSets().get(0).writers()).containsExactly(MemberId.of("standby"));
        for (String owner : List.of("db1", "db2", "db3", "db4")) {
            assertThat(datacenter.routes().get(VmId.of(owner))).isIn(VmId.of("db5"), VmId.of("db6"));
        }
    }

    @Test
    void aFaultOfAMachineThatIsBeingStartedAnewIsLookedAtOnceItHasStarted() {
        ManagementCenter center = center(datacenter.hypervisor(), datacenter.trafficDirector());
        datacenter.inject(Fixtures.readOnly("mw1"));
        CompletionStage<DecisionOutcome> first = center.submit(Fixtures.readOnly("mw1"));
        while (datacenter.actual().requireVm(MW1).power() == PowerState.ON) {
            assertThat(time.step()).isTrue();
        }
        while (datacenter.actual().requireVm(MW1).power() == PowerState.OFF) {
            assertThat(time.step()).isTrue();
        }
        datacenter.change(actual -> FaultEffects.apply(actual, Fixtures.readOnly("mw1")));
        var second = center.submit(
                FaultReport.ofVm(MW1, FaultKind.FILESYSTEM_READ_ONLY, time.now().plusMillis(1), "another monitor", 1));
        time.runToEnd();

        assertThat(first.toCompletableFuture().join().isCarriedOut()).isTrue();
        assertThat(second.toCompletableFuture().join().plan().isEmpty()).isFalse();
        assertThat(datacenter.actual().requireVm(MW1).health()).isEqualTo(VmHealth.HEALTHY);
    }

    private ManagementCenter center(HypervisorAdapter adapter, TrafficDirector director) {
        return ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(director)
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(reference)
                .scheduler(time)
                .build();
    }

    /** A hypervisor that accepts the first call of a method and does nothing. */
    private HypervisorAdapter lyingOnce(String method) {
        HypervisorAdapter real = datacenter.hypervisor();
        AtomicBoolean lied = new AtomicBoolean();
        return (HypervisorAdapter) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HypervisorAdapter.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals(method) && lied.compareAndSet(false, true)) {
                        return null;
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private DecisionOutcome run(CompletionStage<DecisionOutcome> outcome) {
        time.runToEnd();
        return outcome.toCompletableFuture().join();
    }
}
