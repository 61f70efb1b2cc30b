package io.vmha.metrics;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import io.vmha.testkit.contract.SimulatedTestbed;

/** An adapter whose calls are timed keeps the contract that it kept before. */
class MeteredAdapterContractTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        SimulatedDatacenter datacenter =
                new SimulatedDatacenter(Datacenter.threeHosts().inventory());
        HaMetrics metrics = HaMetrics.builder(new SimpleMeterRegistry()).build();
        return new SimulatedTestbed(datacenter, metrics.timed(datacenter.hypervisor())) {
            @Override
            public void close() {
                metrics.close();
                super.close();
            }
        };
    }
}
