package io.vmha.docs;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.ManagementCenter;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.model.Inventory;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import java.nio.file.Path;
import java.time.Duration;

/** What the statements of a page may name: a simulated datacenter and a center on it. */
public abstract class Setting implements AutoCloseable {
    protected final Inventory inventory = Datacenter.threeHosts().inventory();
    protected final SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
    protected final HypervisorAdapter adapter = datacenter.hypervisor();
    protected final TrafficDirector loadBalancer = datacenter.trafficDirector();
    protected final FencingDevice boards = datacenter.fencingDevice();
    protected final PlanJournal journal = new InMemoryPlanJournal();
    protected final MeterRegistry registry = new SimpleMeterRegistry();
    protected final ManagementCenter center = ManagementCenter.builder()
            .adapter(adapter)
            .trafficDirector(loadBalancer)
            .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
            .inventory(inventory)
            .build();
    /** An empty folder. */
    protected Path folder = Path.of("target");

    /** Makes what takes the folder. */
    void prepare() throws Exception {}

    /** Runs the statements. */
    public abstract void run() throws Exception;

    /** Runs them in a folder. */
    public final void runIn(Path empty) throws Exception {
        folder = empty;
        prepare();
        run();
    }

    @Override
    public void close() {
        center.close();
    }
}
