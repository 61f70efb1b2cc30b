package io.vmha.sim;

import io.vmha.Fixtures;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.TrafficTestbed;

/** The simulated datacenter's load balancer. */
public class SimulatedRoutesTestbed implements TrafficTestbed {
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());

    /** For service files. */
    public SimulatedRoutesTestbed() {}

    @Override
    public TrafficDirector director() {
        return datacenter.trafficDirector();
    }

    @Override
    public TrafficDirector newDirector() {
        return datacenter.trafficDirector();
    }

    @Override
    public VmId vm() {
        return VmId.of("mw1");
    }

    @Override
    public VmId other() {
        return VmId.of("mw3");
    }

    @Override
    public VmId standby() {
        return VmId.of("mw5");
    }

    @Override
    public VmId answererOf(VmId owner) {
        return datacenter.routes().getOrDefault(owner, owner);
    }

    @Override
    public void close() {}
}
