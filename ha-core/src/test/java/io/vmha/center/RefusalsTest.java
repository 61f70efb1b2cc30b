package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.event.NeedKind;
import io.vmha.center.event.UnmetNeed;
import io.vmha.model.DesiredState;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.policy.Reason;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Hosts that refused what was asked of them are not asked again at once; that nobody is left to ask is not why a need is unmet. */
class RefusalsTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();
    private boolean startsFail;
    private final ManagementCenter center = ManagementCenter.builder()
            .adapter(platformThatMayRefuseStarts())
            .trafficDirector(datacenter.trafficDirector())
            .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
            .inventory(Fixtures.referenceEmbodiment())
            .scheduler(time)
            .build();

    @Test
    void aVmThatNoHostStartsIsListedWithWhatTheyAnswered() {
        stopAndStartInVain();

        assertThat(ask(center.unmet())).singleElement().satisfies(need -> {
            assertThat(need.need()).isEqualTo(NeedKind.RESTORE);
            assertThat(need.reason()).isEqualTo(Reason.ACTION_FAILED);
            assertThat(need.explanation()).contains("no VM starts today");
        });
    }

    @Test
    void itIsStartedOnceThatIsOver() {
        stopAndStartInVain();
        startsFail = false;
        time.advanceTo(time.now().plus(Duration.ofMinutes(30)));

        assertThat(datacenter.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
        assertThat(ask(center.unmet())).extracting(UnmetNeed::need).doesNotContain(NeedKind.RESTORE);
    }

    private void stopAndStartInVain() {
        ask(center.desired(MW1, DesiredState.OFF, "ann"));
        startsFail = true;
        ask(center.desired(MW1, DesiredState.RUNNING, "ann"));
    }

    private HypervisorAdapter platformThatMayRefuseStarts() {
        HypervisorAdapter real = datacenter.hypervisor();
        return (HypervisorAdapter) Proxy.newProxyInstance(
                HypervisorAdapter.class.getClassLoader(),
                new Class<?>[] {HypervisorAdapter.class},
                (proxy, called, arguments) -> {
                    if (startsFail && called.getName().equals("powerOn")) {
                        throw new AdapterException.Permanent(AdapterException.Cause.REFUSED, "no VM starts today");
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private <T> T ask(CompletionStage<T> answer) {
        time.runToEnd();
        return answer.toCompletableFuture().join();
    }
}
