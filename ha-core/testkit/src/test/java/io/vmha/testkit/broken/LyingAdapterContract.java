package io.vmha.testkit.broken;

import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;

/** The contract on the adapter that {@link LiesAreCaughtTest} tries at the moment; run by it alone. */
public class LyingAdapterContract extends HypervisorAdapterContractTest {
    static volatile BrokenAdapter lie = Lie.values()[0];

    @Override
    protected HypervisorTestbed newTestbed() {
        return new RemoteTestbed(lie::adapter);
    }
}
