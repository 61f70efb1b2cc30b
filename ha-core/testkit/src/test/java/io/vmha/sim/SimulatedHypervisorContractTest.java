package io.vmha.sim;

import io.vmha.Fixtures;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import java.util.Optional;

class SimulatedHypervisorContractTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
        return new Testbed(datacenter, datacenter.hypervisor());
    }

    private record Testbed(SimulatedDatacenter datacenter, HypervisorAdapter adapter) implements HypervisorTestbed {
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
        public Optional<PowerState> actualPower() {
            return Optional.of(datacenter.actual().requireVm(vm()).power());
        }

        @Override
        public boolean powerOffPastTheAdapter() {
            datacenter.change(actual -> actual.with(
                    ImmutableVirtualMachine.copyOf(actual.requireVm(vm())).withPower(PowerState.OFF)));
            return true;
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
