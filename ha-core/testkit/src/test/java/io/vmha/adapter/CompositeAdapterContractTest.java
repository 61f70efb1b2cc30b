package io.vmha.adapter;

import io.vmha.model.ClusterRole;
import io.vmha.model.VmType;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import io.vmha.testkit.contract.SimulatedTestbed;
import java.util.List;

/** Two platforms as one keep the contract that each of them keeps. */
class CompositeAdapterContractTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        SimulatedDatacenter one =
                new SimulatedDatacenter(Datacenter.threeHosts().inventory());
        SimulatedDatacenter other = new SimulatedDatacenter(Datacenter.empty()
                .host("elsewhere", ClusterRole.PRIMARY)
                .vm("web1", VmType.MIDDLEWARE, "elsewhere")
                .inventory());
        return new SimulatedTestbed(one, CompositeAdapter.of(List.of(one.hypervisor(), other.hypervisor())));
    }
}
