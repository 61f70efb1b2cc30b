package io.vmha.testkit.registered;

import io.vmha.testkit.contract.CenterSchedulerContractTest;
import io.vmha.testkit.contract.SchedulerTestbed;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract of the scheduler whose testbed is registered. */
@EnabledIf(
        value = "io.vmha.testkit.registered.Registered#schedulers",
        disabledReason = "no SchedulerTestbed is registered as a service")
class RegisteredCenterSchedulerTest extends CenterSchedulerContractTest {

    @Override
    protected SchedulerTestbed newTestbed() {
        return Registered.newTestbed(SchedulerTestbed.class);
    }
}
