package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.adapter.VmProfile;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.libvirt.Lab;
import io.vmha.libvirt.LibvirtAdapter;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.policy.HaPolicies;
import io.vmha.sim.SimulatedDatacenter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same scenario file in the simulated datacenter and on real hosts gives the same decisions and the same end. */
@Tag("lab")
class DifferentialTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @Test
    void theSimulationAndTheRealHostsAgree() throws Exception {
        Scenario scenario = ScenarioReader.read(Path.of("scenarios", "three-hosts.yaml"));
        ScenarioResult simulated = ScenarioRun.run(scenario);
        assertThat(simulated.failures()).isEmpty();

        Lab lab = Lab.shared();
        build(lab, scenario.inventory());
        LibvirtAdapter.Builder builder = LibvirtAdapter.builder();
        scenario.inventory().hosts().forEach(host -> builder.host(lab.host(host.id(), host.role(), host.capacity())));
        try (LibvirtAdapter adapter = builder.build()) {
            // A guest has its maximum of memory until its balloon driver is there.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(placement(adapter.discover(CallContext.within(DEADLINE))
                                    .toInventory()))
                            .isEqualTo(placement(scenario.inventory())));
            Inventory found = adapter.discover(CallContext.within(DEADLINE)).toInventory();
            compare(simulated, found, run(lab, adapter, found, scenario), adapter);
        }
    }

    private record Real(List<DecisionRow> decisions, Map<VmId, VmId> servedBy) {}

    private static void build(Lab lab, Inventory inventory) {
        lab.clear();
        for (VirtualMachine vm : inventory.vms()) {
            VmProfile profile = VmProfile.builder()
                    .type(vm.type())
                    .template(vm.template())
                    .priority(vm.priority())
                    .antiAffinity(vm.antiAffinity())
                    .build();
            lab.addGuest(vm.id().value(), vm.host(), profile);
        }
    }

    private static Real run(Lab lab, LibvirtAdapter adapter, Inventory inventory, Scenario scenario) throws Exception {
        // The machines are real; only the load balancer and the databases' promotion are not.
        SimulatedDatacenter simulated = new SimulatedDatacenter(inventory);
        TrafficDirector director = simulated.trafficDirector();
        List<DecisionRow> decisions = new CopyOnWriteArrayList<>();
        try (ManagementCenter center = ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(director)
                .databaseCluster(simulated.databaseCluster(), Duration.ofSeconds(1))
                .inventory(inventory)
                .policies(HaPolicies.builder().config(scenario.failover()).build())
                .listener(event -> {
                    if (event instanceof HaEvent.Decided decided) {
                        decided.decision().parts().forEach(part -> decisions.add(DecisionRow.of(0, part)));
                    }
                })
                .build()) {
            long sequence = 0;
            for (ScenarioEvent event : scenario.events()) {
                DecisionOutcome outcome = center.submit(report(lab, event, sequence++))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS);
                assertThat(outcome.isCarriedOut()).as("%s: %s", event, outcome).isTrue();
            }
        }
        Map<VmId, VmId> servedBy = new TreeMap<>();
        for (VirtualMachine vm : inventory.vms()) {
            VmId server = director.serverOf(vm.id(), CallContext.within(DEADLINE));
            if (!server.equals(vm.id())) {
                servedBy.put(vm.id(), server);
            }
        }
        return new Real(decisions, servedBy);
    }

    /** Lets it happen for real and says so. */
    private static FaultReport report(Lab lab, ScenarioEvent event, long sequence) {
        if (event instanceof ScenarioEvent.VmFault fault) {
            return FaultReport.ofVm(fault.vm(), fault.kind(), Instant.now(), "monitor:" + fault.vm(), sequence);
        }
        if (event instanceof ScenarioEvent.HostDown down) {
            lab.pullPlug(down.host());
            return FaultReport.ofHost(down.host(), FaultKind.HOST_DOWN, Instant.now(), "scenario", sequence);
        }
        throw new IllegalArgumentException("the lab cannot do that: " + event);
    }

    private static void compare(ScenarioResult simulated, Inventory before, Real real, LibvirtAdapter adapter) {
        assertThat(real.decisions.stream().map(DifferentialTest::decided).toList())
                .isEqualTo(simulated.decisions().stream()
                        .map(DifferentialTest::decided)
                        .toList());
        assertThat(real.servedBy).isEqualTo(simulated.servedBy());
        Inventory end = adapter.discover(CallContext.within(DEADLINE)).toInventory();
        List<String> differences = new ArrayList<>();
        for (VirtualMachine vm : before.vms()) {
            VirtualMachine expected = simulated.end().requireVm(vm.id());
            Host host = simulated.end().requireHost(expected.host());
            // Of a host without power nothing can be read.
            if (host.health().runsVms()) {
                VirtualMachine actual = end.requireVm(vm.id());
                if (actual.power() != expected.power() || !actual.host().equals(expected.host())) {
                    differences.add(vm.id() + " is " + actual.power() + " on " + actual.host() + ", simulated "
                            + expected.power() + " on " + expected.host());
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    /** What was decided, without when and in which words. */
    private static Map<String, String> decided(DecisionRow row) {
        Map<String, String> columns = new LinkedHashMap<>(row.columns());
        columns.keySet().removeAll(List.of("at", "explanation"));
        return columns;
    }

    private static Map<VmId, String> placement(Inventory inventory) {
        Map<VmId, String> placement = new TreeMap<>();
        inventory
                .vms()
                .forEach(vm -> placement.put(
                        vm.id(), vm.type() + " on " + vm.host() + " " + vm.power() + " " + vm.allocation()));
        return placement;
    }
}
