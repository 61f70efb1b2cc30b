package io.vmha.testkit.registered;

import io.vmha.testkit.contract.DatabaseClusterContractTest;
import io.vmha.testkit.contract.DatabaseTestbed;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract of the cluster whose testbed is registered. */
@EnabledIf(
        value = "io.vmha.testkit.registered.Registered#database",
        disabledReason = "no DatabaseTestbed is registered as a service")
class RegisteredDatabaseClusterTest extends DatabaseClusterContractTest {

    @Override
    protected DatabaseTestbed newTestbed() {
        return Registered.newTestbed(DatabaseTestbed.class);
    }
}
