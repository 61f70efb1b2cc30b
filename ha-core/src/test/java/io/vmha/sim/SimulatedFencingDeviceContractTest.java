package io.vmha.sim;

import io.vmha.Fixtures;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.FencingDeviceContractTest;
import io.vmha.adapter.FencingTestbed;
import io.vmha.model.HostId;

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
