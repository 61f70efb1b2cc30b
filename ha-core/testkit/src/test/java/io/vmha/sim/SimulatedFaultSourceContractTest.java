package io.vmha.sim;

import io.vmha.testkit.contract.FaultSourceContractTest;
import io.vmha.testkit.contract.FaultSourceTestbed;

class SimulatedFaultSourceContractTest extends FaultSourceContractTest {

    @Override
    protected FaultSourceTestbed newTestbed() {
        return new SimulatedFaultSourceTestbed();
    }
}
