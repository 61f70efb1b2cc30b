package io.vmha.metrics;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import java.util.Optional;

/** An adapter whose calls are timed keeps the contract that it kept before. */
class MeteredAdapterContractTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        SimulatedDatacenter datacenter =
                new SimulatedDatacenter(Datacenter.threeHosts().inventory());
        HaMetrics metrics = HaMetrics.builder(new SimpleMeterRegistry()).build();
        return new Testbed(datacenter, metrics, metrics.timed(datacenter.hypervisor()));
    }

    private record Testbed(SimulatedDatacenter datacenter, HaMetrics metrics, HypervisorAdapter adapter)
            implements HypervisorTestbed {
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
            metrics.close();
            adapter.close();
        }
    }
}
