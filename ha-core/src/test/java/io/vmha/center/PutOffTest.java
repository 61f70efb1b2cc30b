package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import io.vmha.policy.LoadSample;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Restoring redundancy does not take from what serves: it begins after the redirects of the moment, and not on an overloaded host. */
class PutOffTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(reference);
    private final VirtualTime time = new VirtualTime(Instant.EPOCH, Duration.ofSeconds(1));
    private final List<HaEvent.ActionEnded> ended = new ArrayList<>();
    private Instant routesFrom = Instant.EPOCH;

    @Test
    void ofTwoThatFailTogetherNeitherIsMadeAnewBeforeTheRequestsOfBothHaveMoved() {
        ManagementCenter center = center(reference);
        routesFrom = Instant.EPOCH.plusSeconds(8);
        datacenter.inject(Fixtures.readOnly("mw1"));
        datacenter.inject(Fixtures.readOnly("mw2"));
        CompletionStage<DecisionOutcome> first = center.submit(Fixtures.readOnly("mw1"));
        CompletionStage<DecisionOutcome> second = center.submit(Fixtures.readOnly("mw2"));
        time.runToEnd();

        assertThat(first.toCompletableFuture().join().isCarriedOut()).isTrue();
        assertThat(second.toCompletableFuture().join().isCarriedOut()).isTrue();
        assertThat(endOfLast(ActionKind.REDIRECT))
                .isAfter(routesFrom)
                .isBeforeOrEqualTo(startOfFirst(ActionKind.CLONE));
    }

    @Test
    void aRedirectThatIsNeverDoneHoldsNothingUpForGood() {
        ManagementCenter center = center(reference);
        routesFrom = Instant.MAX;
        datacenter.inject(Fixtures.readOnly("mw1"));
        var unused = center.submit(Fixtures.readOnly("mw1"));
        time.advanceTo(Instant.EPOCH.plusSeconds(300));

        assertThat(datacenter.starting()).containsExactly(MW1);
    }

    @Test
    void aCloneWaitsWhileItsHostIsOverloadedAndNoLongerThanThat() {
        ManagementCenter center = center(busy(1));
        datacenter.inject(Fixtures.readOnly("mw1"));
        CompletionStage<DecisionOutcome> outcome = center.submit(Fixtures.readOnly("mw1"));
        time.advanceTo(Instant.EPOCH.plusSeconds(60));
        assertThat(datacenter.routes()).containsKey(MW1);
        assertThat(ended).extracting(end -> end.action().action().kind()).doesNotContain(ActionKind.CLONE);

        reference.vms().forEach(vm -> center.load(new LoadSample(vm.id(), 0.1, Optional.empty())));
        assertThat(run(outcome).isCarriedOut()).isTrue();
        assertThat(startOfFirst(ActionKind.CLONE)).isBefore(Instant.EPOCH.plusSeconds(62));
    }

    @Test
    void onAHostThatStaysOverloadedAVmIsMadeAnewAllTheSameAfterAWhile() {
        ManagementCenter center = center(busy(1));
        datacenter.inject(Fixtures.readOnly("mw1"));
        DecisionOutcome outcome = run(center.submit(Fixtures.readOnly("mw1")));

        assertThat(outcome.isCarriedOut()).isTrue();
        assertThat(startOfFirst(ActionKind.CLONE)).isAfter(Instant.EPOCH.plusSeconds(100));
    }

    /** Hosts that have no CPU but what their VMs have, all of which use the same share of it. */
    private static Inventory busy(double load) {
        Inventory busy = Fixtures.referenceEmbodiment();
        for (Host host : busy.hosts()) {
            long cpu = busy.vmsOn(host.id()).stream()
                    .mapToLong(vm -> vm.allocation().cpuMillis())
                    .sum();
            busy = busy.with(host.withCapacity(Resources.of(cpu, host.capacity().memoryMiB())));
        }
        for (VirtualMachine vm : busy.vms()) {
            busy = busy.with(vm.withLoad(load));
        }
        return busy;
    }

    private Instant endOfLast(ActionKind kind) {
        return ended.stream()
                .filter(end ->
                        end.action().action().kind() == kind && end.action().result() == ActionResult.DONE)
                .map(HaEvent.ActionEnded::at)
                .max(Instant::compareTo)
                .orElseThrow();
    }

    private Instant startOfFirst(ActionKind kind) {
        return ended.stream()
                .filter(end -> end.action().action().kind() == kind)
                .map(end -> end.action().at())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    private ManagementCenter center(Inventory start) {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(slow())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(start)
                .scheduler(time)
                .listener(event -> {
                    if (event instanceof HaEvent.ActionEnded end) {
                        ended.add(end);
                    }
                })
                .build();
    }

    /** A load balancer that refuses for a while. */
    private TrafficDirector slow() {
        TrafficDirector real = datacenter.trafficDirector();
        return new TrafficDirector() {
            @Override
            public void route(VmId owner, VmId server, CallContext call) {
                if (time.now().isBefore(routesFrom)) {
                    throw new AdapterException.Transient(AdapterException.Cause.BUSY, "not yet");
                }
                real.route(owner, server, call);
            }

            @Override
            public VmId serverOf(VmId owner, CallContext call) {
                return real.serverOf(owner, call);
            }
        };
    }

    private DecisionOutcome run(CompletionStage<DecisionOutcome> outcome) {
        time.runToEnd();
        return outcome.toCompletableFuture().join();
    }
}
