package example;

import io.vmha.testkit.contract.TrafficDirectorContractTest;
import io.vmha.testkit.contract.TrafficTestbed;

class FolderRoutesContractTest extends TrafficDirectorContractTest {
    @Override
    protected TrafficTestbed newTestbed() {
        return new FolderRoutesTestbed();
    }
}
