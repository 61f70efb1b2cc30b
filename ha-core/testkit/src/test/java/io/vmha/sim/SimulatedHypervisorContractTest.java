package io.vmha.sim;

import io.vmha.Fixtures;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import io.vmha.testkit.contract.SimulatedTestbed;

class SimulatedHypervisorContractTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
        return new SimulatedTestbed(datacenter, datacenter.hypervisor());
    }
}
