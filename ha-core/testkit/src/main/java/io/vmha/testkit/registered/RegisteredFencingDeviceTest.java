package io.vmha.testkit.registered;

import io.vmha.testkit.contract.FencingDeviceContractTest;
import io.vmha.testkit.contract.FencingTestbed;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract of the device whose testbed is registered. */
@EnabledIf(
        value = "io.vmha.testkit.registered.Registered#fencing",
        disabledReason = "no FencingTestbed is registered as a service")
class RegisteredFencingDeviceTest extends FencingDeviceContractTest {

    @Override
    protected FencingTestbed newTestbed() {
        return Registered.newTestbed(FencingTestbed.class);
    }
}
