package io.vmha.sim;

import io.vmha.testkit.contract.TrafficDirectorContractTest;
import io.vmha.testkit.contract.TrafficTestbed;

class SimulatedTrafficDirectorContractTest extends TrafficDirectorContractTest {

    @Override
    protected TrafficTestbed newTestbed() {
        return new SimulatedRoutesTestbed();
    }
}
