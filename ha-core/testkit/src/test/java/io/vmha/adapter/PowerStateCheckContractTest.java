package io.vmha.adapter;

import io.vmha.testkit.broken.RemoteCheckTestbed;
import io.vmha.testkit.contract.SecondCheckContractTest;
import io.vmha.testkit.contract.SecondCheckTestbed;

class PowerStateCheckContractTest extends SecondCheckContractTest {

    @Override
    protected SecondCheckTestbed newTestbed() {
        return RemoteCheckTestbed.ofPowerStates();
    }
}
