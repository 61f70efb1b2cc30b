package io.vmha.sim;

import io.vmha.Fixtures;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.TrafficTestbed;
import java.util.function.UnaryOperator;

/** The simulated datacenter's load balancer, behind directors that may each be broken. */
public class SimulatedRoutesTestbed implements TrafficTestbed {
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final UnaryOperator<TrafficDirector> breaks;
    private final TrafficDirector director;

    /** For service files. */
    public SimulatedRoutesTestbed() {
        this(UnaryOperator.identity());
    }

    /** Makes one whose directors are as that makes them. */
    protected SimulatedRoutesTestbed(UnaryOperator<TrafficDirector> breaks) {
        this.breaks = breaks;
        this.director = breaks.apply(datacenter.trafficDirector());
    }

    @Override
    public TrafficDirector director() {
        return director;
    }

    @Override
    public TrafficDirector newDirector() {
        return breaks.apply(datacenter.trafficDirector());
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
