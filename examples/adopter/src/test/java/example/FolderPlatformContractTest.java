package example;

import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;

class FolderPlatformContractTest extends HypervisorAdapterContractTest {
    @Override
    protected HypervisorTestbed newTestbed() {
        return new FolderTestbed(FolderPlatform::new);
    }
}
