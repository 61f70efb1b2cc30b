package io.vmha.sim;

import io.vmha.Fixtures;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;

class SimulatedHypervisorContractTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        return new Testbed(new SimulatedDatacenter(Fixtures.referenceEmbodiment()).hypervisor());
    }

    private record Testbed(HypervisorAdapter adapter) implements HypervisorTestbed {
        @Override
        public VmId vm() {
            return VmId.of("mw1");
        }

        @Override
        public HostId host() {
            return HostId.of("h1");
        }

        @Override
        public HostId otherHost() {
            return HostId.of("h2");
        }

        @Override
        public TemplateId template() {
            return TemplateId.of("mw-template");
        }

        @Override
        public Resources grown() {
            return Resources.of(4_000, 16_384);
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
