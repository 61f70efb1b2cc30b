package io.vmha.sim;

import io.vmha.center.schedule.CenterScheduler;
import io.vmha.testkit.contract.CenterSchedulerContractTest;
import io.vmha.testkit.contract.SchedulerTestbed;
import java.time.Duration;
import java.time.Instant;

class VirtualTimeContractTest extends CenterSchedulerContractTest {

    @Override
    protected SchedulerTestbed newTestbed() {
        return new Testbed(new VirtualTime(Instant.EPOCH, Duration.ofMillis(3)));
    }

    private record Testbed(VirtualTime time) implements SchedulerTestbed {
        @Override
        public CenterScheduler scheduler() {
            return time;
        }

        @Override
        public void pass(Duration length) {
            time.advanceTo(time.now().plus(length));
        }

        @Override
        public boolean isConfined() {
            return true;
        }

        @Override
        public boolean isTakenOver() {
            return true;
        }

        @Override
        public void close() {
            time.close();
        }
    }
}
