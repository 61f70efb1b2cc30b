package io.vmha.center.schedule;

import io.vmha.testkit.contract.CenterSchedulerContractTest;
import io.vmha.testkit.contract.SchedulerTestbed;
import java.time.Duration;
import java.util.function.UnaryOperator;

class ThreadedSchedulerContractTest extends CenterSchedulerContractTest {

    @Override
    protected SchedulerTestbed newTestbed() {
        return new ThreadedSchedulerTestbed(UnaryOperator.identity(), Duration.ofSeconds(30));
    }
}
