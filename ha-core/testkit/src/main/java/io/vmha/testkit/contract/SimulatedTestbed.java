package io.vmha.testkit.contract;

import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import java.util.Optional;

/**
 * A simulated {@linkplain Datacenter#threeHosts() reference embodiment} with an adapter on it: the simulation's own, or one around
 * that. As thread-safe as the adapter.
 */
public class SimulatedTestbed implements HypervisorTestbed {
    private final SimulatedDatacenter datacenter;
    private final HypervisorAdapter adapter;

    /**
     * Makes a testbed.
     *
     * @param datacenter what the adapter acts on in the end; as {@link Datacenter#threeHosts()} has it, more besides may be there
     * @param adapter the adapter under test
     */
    public SimulatedTestbed(SimulatedDatacenter datacenter, HypervisorAdapter adapter) {
        this.datacenter = datacenter;
        this.adapter = adapter;
    }

    @Override
    public HypervisorAdapter adapter() {
        return adapter;
    }

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
    public Optional<VmId> neighbour() {
        return Optional.of(VmId.of("mw2"));
    }

    @Override
    public Optional<VmId> vmOnOtherHost() {
        return Optional.of(VmId.of("mw3"));
    }

    @Override
    public Optional<PowerState> actualPower() {
        return Optional.of(datacenter.actual().requireVm(vm()).power());
    }

    @Override
    public boolean powerOffPastTheAdapter() {
        datacenter.change(actual -> actual.with(actual.requireVm(vm()).withPower(PowerState.OFF)));
        return true;
    }

    @Override
    public void close() {
        adapter.close();
    }
}
