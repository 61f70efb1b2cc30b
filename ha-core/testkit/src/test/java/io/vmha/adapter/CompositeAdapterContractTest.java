package io.vmha.adapter;

import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import java.util.List;
import java.util.Optional;

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
        return new Testbed(one, CompositeAdapter.of(List.of(one.hypervisor(), other.hypervisor())));
    }

    private record Testbed(SimulatedDatacenter platform, HypervisorAdapter adapter) implements HypervisorTestbed {
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
            return Datacenter.MIDDLEWARE_TEMPLATE;
        }

        @Override
        public Resources grown() {
            return Resources.of(4_000, 16_384);
        }

        @Override
        public Optional<PowerState> actualPower() {
            return Optional.of(platform.actual().requireVm(vm()).power());
        }

        @Override
        public boolean powerOffPastTheAdapter() {
            platform.change(actual -> actual.with(
                    ImmutableVirtualMachine.copyOf(actual.requireVm(vm())).withPower(PowerState.OFF)));
            return true;
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
