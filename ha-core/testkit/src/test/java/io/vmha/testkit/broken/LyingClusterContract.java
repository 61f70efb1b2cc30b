package io.vmha.testkit.broken;

import io.vmha.adapter.DatabaseCluster;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSetId;
import io.vmha.sim.SimulatedReplicaSet;
import io.vmha.testkit.contract.DatabaseClusterContractTest;
import io.vmha.testkit.contract.DatabaseTestbed;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;

/** The contract on the database cluster that {@link OtherLiesAreCaughtTest} tries at the moment; run by it alone. */
public class LyingClusterContract extends DatabaseClusterContractTest {
    static volatile UnaryOperator<DatabaseCluster> cluster = UnaryOperator.identity();

    private static final MemberId PRIMARY = MemberId.of("primary");
    private static final MemberId STANDBY = MemberId.of("standby");

    @Override
    protected DatabaseTestbed newTestbed() {
        SimulatedReplicaSet set =
                new SimulatedReplicaSet(ReplicaSetId.of("orders"), List.of(PRIMARY, STANDBY), InstantSource.system());
        return new Testbed(set, cluster.apply(set.cluster()));
    }

    private record Testbed(SimulatedReplicaSet set, DatabaseCluster cluster) implements DatabaseTestbed {
        @Override
        public DatabaseCluster newCluster() {
            return LyingClusterContract.cluster.apply(set.cluster());
        }

        @Override
        public MemberId primary() {
            return PRIMARY;
        }

        @Override
        public MemberId standby() {
            return STANDBY;
        }

        @Override
        public boolean write(MemberId member, int number) {
            return set.write(member, number);
        }

        @Override
        public List<Integer> numbers(MemberId member) {
            return set.rows(member);
        }

        @Override
        public void kill(MemberId member) {
            set.kill(member);
        }

        @Override
        public void start(MemberId member) {
            set.start(member);
        }

        @Override
        public void breakStream() {
            set.breakStream(STANDBY, true);
        }

        @Override
        public void mendStream() {
            set.breakStream(STANDBY, false);
        }

        @Override
        public void close() {}
    }
}
