package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Sets;
import io.vmha.Fixtures;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.event.NeedKind;
import io.vmha.center.event.UnmetNeed;
import io.vmha.fault.FaultKind;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.policy.RecoveryMode;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a platform cannot do is not asked of it: the need that it would have met is listed. */
class CapabilitiesTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();

    @Test
    void aVmIsNotPoweredOffToBeRestartedWhereThePlatformCannotStartIt() {
        ManagementCenter center = center(
                EnumSet.of(Capability.POWER_ON, Capability.RESTART_ELSEWHERE),
                FailoverConfig.builder()
                        .putRecovery(VmType.MIDDLEWARE, RecoveryMode.RESTART)
                        .build());
        ask(center.submit(Fixtures.vmFault("mw1", FaultKind.GUEST_HUNG)));

        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
        assertThat(unmetOf(center, MW1)).singleElement().satisfies(need -> {
            assertThat(need.need()).isEqualTo(NeedKind.RESTORE);
            assertThat(need.reason()).isEqualTo(Reason.ACTION_FAILED);
            assertThat(need.explanation()).contains("lacks");
        });
    }

    @Test
    void requestsAreNotMovedToADatabaseThatNobodyCanPromote() {
        ManagementCenter center = center(Set.of(), FailoverConfig.defaults());
        for (String host : List.of("h1", "h2")) {
            datacenter.change(now -> now.with(now.requireHost(HostId.of(host)).withHealth(HostHealth.DOWN)));
            ask(center.submit(Fixtures.hostDown(host)));
        }

        assertThat(unmetOf(center, VmId.of("db3"))).singleElement().satisfies(need -> {
            assertThat(need.need()).isEqualTo(NeedKind.SERVE);
            assertThat(need.reason()).isEqualTo(Reason.ACTION_FAILED);
            assertThat(need.explanation()).contains("no database cluster is configured");
        });
    }

    private ManagementCenter center(Set<Capability> lacks, FailoverConfig config) {
        return ManagementCenter.builder()
                .adapter(platform(lacks))
                .trafficDirector(datacenter.trafficDirector())
                .inventory(Fixtures.referenceEmbodiment())
                .policies(HaPolicies.builder().config(config).build())
                .scheduler(time)
                .build();
    }

    private HypervisorAdapter platform(Set<Capability> lacks) {
        HypervisorAdapter real = datacenter.hypervisor();
        return (HypervisorAdapter) Proxy.newProxyInstance(
                HypervisorAdapter.class.getClassLoader(),
                new Class<?>[] {HypervisorAdapter.class},
                (proxy, called, arguments) -> {
                    if (called.getName().equals("capabilities")) {
                        return Sets.difference(real.capabilities(), lacks).immutableCopy();
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private List<UnmetNeed> unmetOf(ManagementCenter center, VmId vm) {
        return ask(center.unmet()).stream()
                .filter(need -> need.subject().is(vm))
                .toList();
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
