package io.vmha.testkit.registered;

import io.vmha.testkit.contract.TrafficDirectorContractTest;
import io.vmha.testkit.contract.TrafficTestbed;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract of the director whose testbed is registered. */
@EnabledIf(
        value = "io.vmha.testkit.registered.Registered#traffic",
        disabledReason = "no TrafficTestbed is registered as a service")
class RegisteredTrafficDirectorTest extends TrafficDirectorContractTest {

    @Override
    protected TrafficTestbed newTestbed() {
        return Registered.newTestbed(TrafficTestbed.class);
    }
}
