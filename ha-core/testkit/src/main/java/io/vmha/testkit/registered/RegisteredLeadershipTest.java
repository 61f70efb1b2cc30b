package io.vmha.testkit.registered;

import io.vmha.testkit.contract.LeadershipContractTest;
import io.vmha.testkit.contract.LeadershipTestbed;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract of the leadership whose testbed is registered. */
@EnabledIf(
        value = "io.vmha.testkit.registered.Registered#leaderships",
        disabledReason = "no LeadershipTestbed is registered as a service")
class RegisteredLeadershipTest extends LeadershipContractTest {

    @Override
    protected LeadershipTestbed newTestbed() {
        return Registered.newTestbed(LeadershipTestbed.class);
    }
}
