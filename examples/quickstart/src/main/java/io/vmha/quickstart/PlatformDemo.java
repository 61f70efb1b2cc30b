package io.vmha.quickstart;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.VmClassifier;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.libvirt.LibvirtAdapter;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.TopologyRules;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.sim.SimulatedDatacenter;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** One decision carried out on a real platform: its machines are real, only the load balancer in front is simulated. */
final class PlatformDemo {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private PlatformDemo() {}

    /** Returns whether all was carried out that was decided, and it was decided to do something. Closes the adapter. */
    static boolean run(HypervisorAdapter platform, Optional<String> vm, PrintWriter out) {
        try (HypervisorAdapter adapter = platform) {
            Inventory inventory = adapter.discover(CallContext.within(DEADLINE)).toInventory();
            Narrator narrator = new Narrator(out);
            narrator.showTopology(inventory, TopologyRules.check(inventory));
            return vm.map(VmId::of)
                    .map(id -> failOver(adapter, inventory, id, narrator, out))
                    .orElse(true);
        }
    }

    /** An adapter for that libvirt host alone. */
    static HypervisorAdapter libvirt(URI uri, Optional<String> type) {
        VmClassifier classifier =
                type.map(VmType::of).map(VmClassifier::everyVmIs).orElseGet(VmClassifier::unmanaged);
        HostId host = HostId.of(uri.getHost() == null ? "localhost" : uri.getHost());
        return LibvirtAdapter.builder().host(host, uri).classifyBy(classifier).build();
    }

    private static boolean failOver(
            HypervisorAdapter adapter, Inventory inventory, VmId vm, Narrator narrator, PrintWriter out) {
        inventory.requireVm(vm);
        try (ManagementCenter center = ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(new SimulatedDatacenter(inventory).trafficDirector())
                .inventory(inventory)
                .listener(narrator)
                .build()) {
            FaultReport fault = FaultReport.ofVm(vm, FaultKind.FILESYSTEM_READ_ONLY, Instant.now(), "quickstart", 1);
            DecisionOutcome outcome = center.submit(fault).toCompletableFuture().join();
            out.printf("%nThe hypervisor says: %s is %s%n", vm, adapter.powerState(vm, CallContext.within(DEADLINE)));
            out.flush();
            return !outcome.plan().isEmpty() && outcome.isCarriedOut();
        }
    }
}
