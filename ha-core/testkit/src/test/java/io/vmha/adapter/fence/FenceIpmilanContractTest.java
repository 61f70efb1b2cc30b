package io.vmha.adapter.fence;

import io.vmha.adapter.FencingDevice;
import io.vmha.model.HostId;
import io.vmha.testkit.contract.FencingDeviceContractTest;
import io.vmha.testkit.contract.FencingTestbed;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** fence_ipmilan and simulated boards. */
@Tag("lab")
class FenceIpmilanContractTest extends FencingDeviceContractTest {

    @Override
    protected FencingTestbed newTestbed() {
        return new Testbed(new IpmiLab());
    }

    private record Testbed(IpmiLab lab) implements FencingTestbed {
        @Override
        public FencingDevice device() {
            return lab.device().build();
        }

        @Override
        public HostId host() {
            return IpmiLab.H1;
        }

        @Override
        public HostId otherHost() {
            return IpmiLab.H2;
        }

        @Override
        public Optional<AutoCloseable> hang() {
            return Optional.of(lab.hang(IpmiLab.H1));
        }

        @Override
        public void close() {
            lab.close();
        }
    }
}
