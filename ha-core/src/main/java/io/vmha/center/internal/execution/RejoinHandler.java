package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ReplicaSet;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;

/** Makes a database that has a history of its own, or was stopped by a fence, a replica of the one that writes. */
final class RejoinHandler extends ActionHandler<Action.Rejoin> {
    RejoinHandler() {
        super(Action.Rejoin.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 4;
    }

    @Override
    void perform(Action.Rejoin action, CallContext call, Platform platform, CallFacts facts) {
        DatabaseFacts database = facts.database()
                .filter(found -> found.can(DatabaseOperation.REJOIN))
                .orElseThrow(() -> DatabaseFacts.unsupported("the database in " + action.target() + " cannot rejoin"));
        ReplicaSet now = database.read(call);
        if (isMember(now, database.member())) {
            return;
        }
        MemberId writer = now.writer()
                .map(DatabaseMember::id)
                .filter(found -> !found.equals(database.member()))
                .orElseThrow(() -> new AdapterException.Transient(
                        Cause.BUSY, "no other database than " + database.member() + " is seen to be the set's writer"));
        database.cluster().rejoin(database.member(), writer, call);
        if (!isMember(Platform.readBack(action, () -> database.read(call)), database.member())) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.BUSY, "database " + database.member() + " has rejoined, but is not seen to follow yet");
        }
    }

    private static boolean isMember(ReplicaSet set, MemberId member) {
        DatabaseMember found = set.requireMember(member);
        return found.role().role() == DatabaseRole.REPLICA && found.standing() == MemberStanding.CURRENT;
    }

    @Override
    boolean isDone(Action.Rejoin action, CallContext call, Platform platform, CallFacts facts) {
        return facts.database().isPresent()
                && isMember(
                        facts.database().get().read(call),
                        facts.database().get().member());
    }

    @Override
    boolean mayRepeatUnread() {
        return true;
    }

    /** What a reading showed at its end is noted. */
    @Override
    void done(Action.Rejoin action, CenterState state, Instant begun, Instant now) {}

    @Override
    List<Guard> guards() {
        return List.of(DatabaseGuards.NEEDS_REJOIN);
    }
}
