package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import io.vmha.plan.Action;
import io.vmha.policy.Reason;
import java.time.Instant;
import java.util.List;

/**
 * The first half of a switchover: holds the writes of a database, waits until its successor has all there is, and makes it a replica
 * of that. Where one of these does not come about, writes are released: nothing has changed then.
 */
final class DemoteHandler extends ActionHandler<Action.Demote> {
    /** How often the successor is read while writes are held, before they are released and it is tried again later. */
    private static final int READINGS = 100;

    DemoteHandler() {
        super(Action.Demote.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 6;
    }

    @Override
    void perform(Action.Demote action, CallContext call, Platform platform, CallFacts facts) {
        DatabaseFacts database = facts.database()
                .orElseThrow(() -> DatabaseFacts.unsupported(
                        "no database cluster is configured that could demote the database in " + action.target()));
        MemberId successor = database.successor()
                .orElseThrow(() -> DatabaseFacts.unsupported(
                        "nothing is to take the place of the database in " + action.target()));
        if (!database.can(DatabaseOperation.HOLD_WRITES) || !database.can(DatabaseOperation.DEMOTE)) {
            throw DatabaseFacts.unsupported("database " + database.member() + " cannot be demoted in an orderly way");
        }
        ReplicaSet now = database.read(call);
        if (isReplica(now, database.member())) {
            return;
        }
        if (!database.writes(now)) {
            throw new AdapterException.Transient(
                    Cause.BUSY, "database " + database.member() + " is not seen to be the set's only writer");
        }
        requireReady(now, successor);
        LogPosition end = demoted(database, successor, call);
        for (int reading = 0; reading < READINGS; reading++) {
            ReplicaSet after = Platform.readBack(action, () -> database.read(call));
            boolean hasAll = after.requireMember(successor)
                    .position()
                    .filter(at -> at.includes(end))
                    .isPresent();
            if (hasAll && isReplica(after, database.member())) {
                return;
            }
        }
        throw new AdapterException.OutcomeUnknown(
                Cause.BUSY,
                "database " + database.member() + " was demoted, but " + successor + " lacks its last writes");
    }

    private static LogPosition demoted(DatabaseFacts database, MemberId successor, CallContext call) {
        boolean isDemoting = false;
        try {
            database.cluster().holdWrites(database.member(), call);
            awaitNoLag(database, successor, call);
            isDemoting = true;
            return database.cluster().demote(database.member(), successor, call);
        } catch (AdapterException | Refused failed) {
            boolean mayBeDemoted = isDemoting && failed instanceof AdapterException.OutcomeUnknown;
            if (!mayBeDemoted || database.writes(database.read(call))) {
                database.cluster().releaseWrites(database.member(), call);
            }
            throw failed;
        }
    }

    private static void awaitNoLag(DatabaseFacts database, MemberId successor, CallContext call) {
        for (int reading = 0; reading < READINGS; reading++) {
            ReplicaSet now = database.read(call);
            boolean isHeld = now.requireMember(database.member()).holdsWrites();
            if (isHeld && unreceived(now, successor) == 0) {
                return;
            }
        }
        throw new AdapterException.Transient(
                Cause.BUSY, "database " + successor + " did not catch up while writes were held: they are released");
    }

    private static void requireReady(ReplicaSet now, MemberId successor) {
        DatabaseMember next = now.requireMember(successor);
        boolean isCandidate = next.role().role() == DatabaseRole.REPLICA && next.standing() == MemberStanding.CURRENT;
        if (!isCandidate || unreceived(now, successor) < 0) {
            throw new Refused(
                    Reason.LAG_UNKNOWN,
                    "database " + successor + " is not seen to follow the writer: "
                            + next.role().role() + ", " + next.standing());
        }
    }

    private static long unreceived(ReplicaSet set, MemberId member) {
        return set.requireMember(member)
                .lag()
                .filter(lag -> lag instanceof ReplicaLag.Known)
                .map(lag -> ((ReplicaLag.Known) lag).unreceivedBytes())
                .orElse(-1L);
    }

    private static boolean isReplica(ReplicaSet set, MemberId member) {
        return set.requireMember(member).role().role() == DatabaseRole.REPLICA;
    }

    @Override
    boolean isDone(Action.Demote action, CallContext call, Platform platform, CallFacts facts) {
        return facts.database().isPresent()
                && isReplica(
                        facts.database().get().read(call),
                        facts.database().get().member());
    }

    @Override
    boolean mayRepeatUnread() {
        return true;
    }

    /** What a reading showed at its end is noted. */
    @Override
    void done(Action.Demote action, CenterState state, Instant begun, Instant now) {}

    @Override
    List<Guard> guards() {
        return List.of(DatabaseGuards.MAY_WRITE, DatabaseGuards.ONE_AT_A_TIME, DatabaseGuards.SUCCESSOR_READY);
    }
}
