package io.vmha.center.internal;

import io.vmha.center.schedule.ThreadedSchedulerTestbed;
import io.vmha.testkit.contract.CenterSchedulerContractTest;
import io.vmha.testkit.contract.SchedulerTestbed;
import java.time.Duration;

class LoopGuardContractTest extends CenterSchedulerContractTest {

    @Override
    protected SchedulerTestbed newTestbed() {
        return new ThreadedSchedulerTestbed(LoopGuard::new, Duration.ofSeconds(30));
    }
}
