package io.vmha.testkit.registered;

import io.vmha.testkit.contract.FaultSourceContractTest;
import io.vmha.testkit.contract.FaultSourceTestbed;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract of the fault source whose testbed is registered. */
@EnabledIf(
        value = "io.vmha.testkit.registered.Registered#faults",
        disabledReason = "no FaultSourceTestbed is registered as a service")
class RegisteredFaultSourceTest extends FaultSourceContractTest {

    @Override
    protected FaultSourceTestbed newTestbed() {
        return Registered.newTestbed(FaultSourceTestbed.class);
    }
}
