package io.vmha.sim;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import java.time.Duration;

/** The load balancer of a simulated datacenter. Thread-safe: the datacenter guards the state. */
final class SimulatedTrafficDirector implements TrafficDirector {
    private final SimulatedDatacenter datacenter;

    SimulatedTrafficDirector(SimulatedDatacenter datacenter) {
        this.datacenter = datacenter;
    }

    @Override
    public void route(VmId owner, VmId server, CallContext call) {
        Duration unused = call.requireTimeLeft();
        datacenter.route(owner, server);
    }

    @Override
    public VmId serverOf(VmId owner, CallContext call) {
        Duration unused = call.requireTimeLeft();
        return datacenter.serverOf(owner);
    }
}
