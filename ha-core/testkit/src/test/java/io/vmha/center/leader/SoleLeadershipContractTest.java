package io.vmha.center.leader;

import io.vmha.testkit.contract.LeadershipContractTest;
import io.vmha.testkit.contract.LeadershipTestbed;
import java.util.List;

class SoleLeadershipContractTest extends LeadershipContractTest {

    @Override
    protected LeadershipTestbed newTestbed() {
        return new Testbed(List.of(Leadership.soleCenter()));
    }

    /** It has no rivals, and nothing to agree through. */
    private record Testbed(List<Leadership> candidates) implements LeadershipTestbed {
        @Override
        public void leave(int candidate) {
            throw new UnsupportedOperationException("nobody else could lead");
        }

        @Override
        public void stand(int candidate) {
            throw new UnsupportedOperationException("it has not left");
        }

        @Override
        public void close() {}
    }
}
