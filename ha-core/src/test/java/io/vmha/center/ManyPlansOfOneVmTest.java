package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** While a call for a VM is under way, each VM that is to serve it fails in its turn: its plans wait for one another. */
class ManyPlansOfOneVmTest {
    private static final int PLANS = 150;
    private static final long SMALL_STACK = 192L << 10;
    private static final Duration CALL = Duration.ofSeconds(8);

    private final VirtualTime time = new VirtualTime(Instant.EPOCH, CALL);
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory());
    private final List<CompletableFuture<DecisionOutcome>> outcomes = new ArrayList<>();

    private static Inventory inventory() {
        Inventory.Builder inventory = Inventory.builder();
        for (int i = 0; i <= PLANS; i++) {
            String number = String.format("%03d", i);
            inventory.add(Host.builder()
                    .id(HostId.of("h" + number))
                    .role(ClusterRole.PRIMARY)
                    .capacity(Resources.of(1_000, 1_000))
                    .build());
            inventory.add(VirtualMachine.builder()
                    .id(VmId.of("vm" + number))
                    .type(VmType.MIDDLEWARE)
                    .host(HostId.of("h" + number))
                    .allocation(Resources.of(100, 100))
                    .build());
        }
        return inventory.build();
    }

    private ManagementCenter center() {
        return ManagementCenter.builder()
                .scheduler(time)
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .inventory(inventory())
                .config(CenterConfig.builder()
                        .stormGuard(Optional.empty())
                        .vmStormGuard(Optional.empty())
                        .build())
                .build();
    }

    @Test
    void theEndOfTheCallEndsAllThatHaveLostTheirTargetWhateverTheStackHolds() throws InterruptedException {
        ManagementCenter center = center();
        Thread loop = new Thread(null, () -> failOneAfterTheOther(center), "small stack", SMALL_STACK);
        loop.start();
        loop.join();

        CompletableFuture<CenterHealth> health = center.health().toCompletableFuture();
        time.advanceTo(time.now().plusSeconds(1));
        assertThat(health.join().isLeading()).isTrue();
        assertThat(health.join().openPlans()).isEmpty();
        assertThat(outcomes)
                .hasSize(PLANS)
                .allSatisfy(outcome -> assertThat(outcome).isCompleted().isNotCompletedExceptionally());
        assertThat(datacenter.routes()).containsEntry(VmId.of("vm000"), VmId.of("vm" + PLANS));
    }

    private void failOneAfterTheOther(ManagementCenter center) {
        for (int i = 0; i < PLANS; i++) {
            VmId vm = VmId.of(String.format("vm%03d", i));
            outcomes.add(center.submit(FaultReport.ofVm(vm, FaultKind.SERVICE_DOWN, time.now(), "test:" + vm, 1))
                    .toCompletableFuture());
            time.advanceTo(time.now().plusMillis(10));
        }
        time.advanceTo(time.now().plus(Duration.ofHours(1)));
    }
}
