package io.vmha.testkit.broken;

import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;

class RemoteAdapterContractTest extends HypervisorAdapterContractTest {
    @Override
    protected HypervisorTestbed newTestbed() {
        return new RemoteTestbed(RemoteAdapter::new);
    }
}
