package example;

import io.vmha.adapter.CallContext;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The contract on the adapter as it was first written; run by {@link FirstTryTest}. */
class FirstTryContract extends HypervisorAdapterContractTest {
    @Override
    protected HypervisorTestbed newTestbed() {
        return new FolderTestbed(FirstTry::new);
    }

    /** Remembers power states, and starts a VM wherever it is told to. */
    private static final class FirstTry extends FolderPlatform {
        private final Map<VmId, PowerState> known = new ConcurrentHashMap<>();

        FirstTry(Path folder) {
            super(folder);
        }

        @Override
        public synchronized PowerState powerState(VmId vm, CallContext call) {
            return known.computeIfAbsent(vm, unread -> super.powerState(vm, call));
        }

        @Override
        public synchronized void powerOn(VmId vm, HostId host, CallContext call) {
            super.powerOff(vm, java.time.Duration.ZERO, call);
            super.powerOn(vm, host, call);
        }
    }
}
