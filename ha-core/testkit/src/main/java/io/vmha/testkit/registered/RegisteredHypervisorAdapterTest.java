package io.vmha.testkit.registered;

import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract of the adapter whose testbed is registered. */
@EnabledIf(
        value = "io.vmha.testkit.registered.Registered#hypervisor",
        disabledReason = "no HypervisorTestbed is registered as a service")
class RegisteredHypervisorAdapterTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        return Registered.newTestbed(HypervisorTestbed.class);
    }
}
