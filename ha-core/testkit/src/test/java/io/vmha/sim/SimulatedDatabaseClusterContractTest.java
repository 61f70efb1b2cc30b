package io.vmha.sim;

import io.vmha.testkit.contract.DatabaseClusterContractTest;
import io.vmha.testkit.contract.DatabaseTestbed;
import java.util.function.UnaryOperator;

class SimulatedDatabaseClusterContractTest extends DatabaseClusterContractTest {

    @Override
    protected DatabaseTestbed newTestbed() {
        return new SimulatedDatabaseTestbed(UnaryOperator.identity());
    }
}
