package io.vmha.quickstart;

import io.vmha.center.ManagementCenter;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.TopologyRules;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Four faults in the reference embodiment: a middleware VM, a database VM, one primary host, then the other. */
public final class Quickstart {
    private Quickstart() {}

    /** Runs the demonstration; {@code --help} says what else it can do. */
    public static void main(String[] args) {
        System.exit(QuickstartCommand.commandLine().execute(args));
    }

    static void run(PrintWriter out) {
        Inventory inventory = ReferenceEmbodiment.inventory();
        Narrator narrator = new Narrator(out);
        narrator.showTopology(inventory, TopologyRules.check(inventory));

        VirtualTime time = new VirtualTime();
        SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory, time::now);
        try (ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(inventory)
                .scheduler(time)
                .listener(narrator)
                .build()) {
            for (FaultReport fault : faults(time.now())) {
                time.advanceTo(fault.observedAt());
                datacenter.inject(fault);
                center.submit(fault);
                time.advanceTo(fault.observedAt());
            }
            narrator.showEnd(center.inventory());
        }
    }

    private static List<FaultReport> faults(Instant start) {
        return List.of(
                FaultReport.ofVm(VmId.of("mw1"), FaultKind.FILESYSTEM_READ_ONLY, start, "monitor:mw1", 1),
                FaultReport.ofVm(
                        VmId.of("db3"), FaultKind.FILESYSTEM_READ_ONLY, start.plusSeconds(10), "monitor:db3", 1),
                FaultReport.ofHost(HostId.of("h1"), FaultKind.HOST_DOWN, start.plusSeconds(20), "management", 1),
                FaultReport.ofHost(HostId.of("h2"), FaultKind.HOST_DOWN, start.plusSeconds(30), "management", 2));
    }
}
