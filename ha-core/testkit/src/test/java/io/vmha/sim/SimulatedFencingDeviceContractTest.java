package io.vmha.sim;

import io.vmha.Fixtures;
import io.vmha.adapter.FencingDevice;
import io.vmha.model.HostId;
import io.vmha.testkit.contract.FencingDeviceContractTest;
import io.vmha.testkit.contract.FencingTestbed;

class SimulatedFencingDeviceContractTest extends FencingDeviceContractTest {

    @Override
    protected FencingTestbed newTestbed() {
        return new Testbed(new SimulatedDatacenter(Fixtures.referenceEmbodiment()).fencingDevice());
    }

    private record Testbed(FencingDevice device) implements FencingTestbed {
        @Override
        public HostId host() {
            return HostId.of("h1");
        }

        @Override
        public HostId otherHost() {
            return HostId.of("h2");
        }

        @Override
        public void close() {}
    }
}
