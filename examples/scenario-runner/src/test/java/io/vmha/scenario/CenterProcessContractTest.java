package io.vmha.scenario;

import io.vmha.center.schedule.CenterScheduler;
import io.vmha.sim.VirtualTime;
import io.vmha.testkit.contract.CenterSchedulerContractTest;
import io.vmha.testkit.contract.SchedulerTestbed;
import java.time.Duration;

class CenterProcessContractTest extends CenterSchedulerContractTest {

    @Override
    protected SchedulerTestbed newTestbed() {
        VirtualTime time = new VirtualTime();
        return new Testbed(time, new CenterProcess(time));
    }

    private record Testbed(VirtualTime time, CenterScheduler scheduler) implements SchedulerTestbed {
        @Override
        public void pass(Duration length) {
            time.advanceTo(time.now().plus(length));
        }

        @Override
        public boolean isConfined() {
            return true;
        }

        @Override
        public void close() {
            time.close();
        }
    }
}
