package io.vmha.sim;

import io.vmha.adapter.DatabaseCluster;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSetId;
import io.vmha.testkit.contract.DatabaseTestbed;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;

/** A simulated replica set of two, behind clusters that may each be broken. */
public final class SimulatedDatabaseTestbed implements DatabaseTestbed {
    private static final MemberId PRIMARY = MemberId.of("primary");
    private static final MemberId STANDBY = MemberId.of("standby");

    private final SimulatedReplicaSet set =
            new SimulatedReplicaSet(ReplicaSetId.of("orders"), List.of(PRIMARY, STANDBY), InstantSource.system());
    private final UnaryOperator<DatabaseCluster> breaks;
    private final DatabaseCluster cluster;

    /** Makes one whose clusters are as that makes them. */
    public SimulatedDatabaseTestbed(UnaryOperator<DatabaseCluster> breaks) {
        this.breaks = breaks;
        this.cluster = newCluster();
    }

    @Override
    public DatabaseCluster cluster() {
        return cluster;
    }

    @Override
    public DatabaseCluster newCluster() {
        return breaks.apply(set.cluster());
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
