package io.vmha.sim;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.RejoinMethod;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import java.util.Set;

/** A database cluster that passes on what it is not told otherwise. */
public abstract class ForwardingDatabases implements DatabaseCluster {
    private final DatabaseCluster real;

    /** Makes one that passes on to another. */
    protected ForwardingDatabases(DatabaseCluster real) {
        this.real = real;
    }

    @Override
    public ReplicaSet declared() {
        return real.declared();
    }

    @Override
    public Set<DatabaseOperation> operations() {
        return real.operations();
    }

    @Override
    public void check(CallContext call) {
        real.check(Unhurried.of(call));
    }

    @Override
    public ReplicaSet read(CallContext call) {
        return real.read(Unhurried.of(call));
    }

    @Override
    public void promote(Promotion promotion, CallContext call) {
        real.promote(promotion, Unhurried.of(call));
    }

    @Override
    public void holdWrites(MemberId writer, CallContext call) {
        real.holdWrites(writer, Unhurried.of(call));
    }

    @Override
    public void releaseWrites(MemberId writer, CallContext call) {
        real.releaseWrites(writer, Unhurried.of(call));
    }

    @Override
    public LogPosition demote(MemberId writer, MemberId successor, CallContext call) {
        return real.demote(writer, successor, Unhurried.of(call));
    }

    @Override
    public void fence(MemberId member, CallContext call) {
        real.fence(member, Unhurried.of(call));
    }

    @Override
    public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
        return real.rejoin(member, writer, Unhurried.of(call));
    }
}
