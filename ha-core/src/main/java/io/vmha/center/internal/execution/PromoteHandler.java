package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.adapter.Promotion;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.MemberId;
import io.vmha.model.PossibleLoss;
import io.vmha.model.ReplicaSet;
import io.vmha.plan.Action;
import io.vmha.policy.Reason;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a database accept writes, once no other one may: all members are read at that instant, whoever is not seen to replicate is
 * fenced, and what may be lost is judged after that. The journal holds the promotion before the member is told.
 */
final class PromoteHandler extends ActionHandler<Action.Promote> {
    PromoteHandler() {
        super(Action.Promote.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 6;
    }

    @Override
    void perform(Action.Promote action, CallContext call, Platform platform, CallFacts facts) {
        DatabaseFacts database = facts.database()
                .orElseThrow(() -> DatabaseFacts.unsupported(
                        "no database cluster is configured that could promote the database in " + action.target()));
        ReplicaSet reading = database.reading(call);
        ReplicaSet now = database.understood(reading);
        if (database.writes(now) && !now.isSplit()) {
            return;
        }
        Set<MemberId> off = fenceOthers(database, now, call);
        if (!off.isEmpty()) {
            reading = database.reading(call);
            now = database.understood(reading);
        }
        requireLittleLoss(database, reading);
        Promotion promotion = new Promotion(database.member(), off, now.timeline(), database.isLossAccepted());
        promotion.whyToRejoin(now).ifPresent(why -> {
            // Known before anything is called: only an operator can accept what is lost with the other history.
            throw new Refused(Reason.LAG_UNKNOWN, why);
        });
        database.cluster().promote(promotion, call);
        if (!database.writes(Platform.readBack(action, () -> database.read(call)))) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED, "database " + database.member() + " was promoted, but is not seen to be the writer");
        }
    }

    /** Returns the members that are confirmed off; every other one is seen to replicate. */
    private static Set<MemberId> fenceOthers(DatabaseFacts database, ReplicaSet now, CallContext call) {
        Set<MemberId> off = new HashSet<>();
        for (DatabaseMember other : now.members()) {
            if (other.id().equals(database.member()) || !other.mayWrite()) {
                continue;
            }
            boolean isOff = database.off().contains(other.id());
            if (other.role().role() == DatabaseRole.WRITER && !isOff) {
                throw new AdapterException.Transient(
                        Cause.IN_USE, "database " + other.id() + " accepts writes, and its VMs are not confirmed off");
            }
            if (database.can(DatabaseOperation.FENCE)) {
                database.cluster().fence(other.id(), call);
            } else if (!isOff) {
                throw new AdapterException.Transient(
                        Cause.IN_USE, "database " + other.id() + " may accept writes, and is not confirmed off");
            }
            off.add(other.id());
        }
        return off;
    }

    private static void requireLittleLoss(DatabaseFacts database, ReplicaSet reading) {
        if (database.maxLoss().isEmpty()) {
            return;
        }
        PossibleLoss loss = database.loss(reading);
        if (loss.kind() == PossibleLoss.Kind.UNKNOWN) {
            throw new Refused(Reason.LAG_UNKNOWN, "what its promotion may lose is not known: " + loss.why());
        }
        if (!loss.isWithin(database.maxLoss().get())) {
            throw new Refused(
                    Reason.REPLICATION_LAG,
                    "its promotion may lose what was written in " + loss.atMost() + ": " + loss.why());
        }
    }

    @Override
    boolean isDone(Action.Promote action, CallContext call, Platform platform, CallFacts facts) {
        return facts.database().isPresent()
                && facts.database().get().writes(facts.database().get().read(call));
    }

    /** All that it needs is read anew. */
    @Override
    boolean mayRepeatUnread() {
        return true;
    }

    @Override
    void begins(Action.Promote action, CenterState state) {
        memberOf(action, state).ifPresent(member -> state.databases().promotes(member));
    }

    @Override
    void takenUp(Action.Promote action, CenterState state) {
        memberOf(action, state).ifPresent(member -> state.databases().promotionTakenUp(member));
    }

    @Override
    void foundDone(Action.Promote action, CenterState state) {
        memberOf(action, state).ifPresent(member -> state.databases().promoted(member));
    }

    @Override
    void done(Action.Promote action, CenterState state, Instant begun, Instant now) {
        foundDone(action, state);
    }

    @Override
    void notDone(Action.Promote action, CenterState state) {
        memberOf(action, state).ifPresent(member -> state.databases().notPromoted(member));
    }

    @Override
    void unknown(Action.Promote action, CenterState state) {
        memberOf(action, state).ifPresent(member -> state.databases().promotionUnknown(member));
    }

    private static Optional<MemberId> memberOf(Action.Promote action, CenterState state) {
        return state.vm(action.target()).flatMap(vm -> state.vmDatabases().memberOf(vm.seen()));
    }

    @Override
    List<Guard> guards() {
        return List.of(
                DatabaseGuards.PROMOTABLE,
                Guards.NOT_LAGGING,
                DatabaseGuards.ONE_AT_A_TIME,
                DatabaseGuards.NO_OTHER_WRITER);
    }
}
