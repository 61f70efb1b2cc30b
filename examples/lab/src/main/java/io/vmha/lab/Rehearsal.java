package io.vmha.lab;

import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.group.CenterGroup;
import io.vmha.group.GroupHealth;
import io.vmha.group.Instance;
import io.vmha.group.store.InMemoryStore;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * A term in memory with a failover in it, on a datacenter that is simulated. A process that has never built a center takes a second or more
 * for its first, most of it to load what that is made of; after a host was lost there is no such time to give away.
 */
final class Rehearsal {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Rehearsal() {}

    static void of(Inventory inventory) {
        SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
        VmId failing = inventory.vms().iterator().next().id();
        try (CenterGroup group = CenterGroup.builder()
                .store(new InMemoryStore().client())
                .site("rehearsal")
                .instance(new Instance("rehearsal", "nowhere"))
                .lease(Duration.ofSeconds(1))
                .center((leadership, journal) -> ManagementCenter.builder()
                        .adapter(datacenter.hypervisor())
                        .trafficDirector(datacenter.trafficDirector())
                        .inventory(inventory)
                        .leadership(leadership)
                        .journal(journal)
                        .build())
                .build()) {
            Waiting.until(
                    "a leader of the rehearsal", PATIENCE, () -> group.health().role() == GroupHealth.Role.LEADER);
            DecisionOutcome unused = group.submit(
                            FaultReport.ofVm(failing, FaultKind.SERVICE_DOWN, Instant.now(), "rehearsal", 1))
                    .toCompletableFuture()
                    .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }
    }
}
