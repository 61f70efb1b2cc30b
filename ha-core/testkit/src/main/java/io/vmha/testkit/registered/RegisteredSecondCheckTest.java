package io.vmha.testkit.registered;

import io.vmha.testkit.contract.SecondCheckContractTest;
import io.vmha.testkit.contract.SecondCheckTestbed;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract of the second check whose testbed is registered. */
@EnabledIf(
        value = "io.vmha.testkit.registered.Registered#checks",
        disabledReason = "no SecondCheckTestbed is registered as a service")
class RegisteredSecondCheckTest extends SecondCheckContractTest {

    @Override
    protected SecondCheckTestbed newTestbed() {
        return Registered.newTestbed(SecondCheckTestbed.class);
    }
}
