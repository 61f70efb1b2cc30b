package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.Databases;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ReplicaSet;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Step;
import io.vmha.policy.Reason;
import java.util.Optional;

/** The guards that are about databases: see {@link Guards}. What they say by the last reading is read again at the effect. */
final class DatabaseGuards {
    private DatabaseGuards() {}

    private static Optional<MemberId> memberOf(Action action, CenterState state) {
        return state.vmDatabases()
                .memberOf(state.requireVm(action.vm().orElseThrow()).seen());
    }

    /** Requests of a type that writes end at the member that is seen to accept writes. */
    static final Guard AT_THE_WRITER = (action, context) -> {
        VmId server = ((Action.Redirect) action).server();
        VirtualMachine vm = context.state().requireVm(server).seen();
        if (!context.state().vmDatabases().needsWriter(vm)) {
            return Verdict.PASS;
        }
        Databases databases = context.state().databases();
        Optional<MemberId> member = context.state().vmDatabases().memberOf(vm);
        if (member.filter(databases::isWriter).isPresent()) {
            return Verdict.PASS;
        }
        if (member.filter(databases.sets()::isPresumedWriter).isPresent()) {
            context.needsDatabases();
            return Verdict.noRoom(Reason.TARGET_GONE, "the database of " + server + " is not seen to accept writes");
        }
        return Verdict.never(Reason.TARGET_GONE, server + " is a member of a database that does not accept writes");
    };

    /** The VM that names the member runs well, and the member is one of a set. */
    static final Guard PROMOTABLE = (action, context) -> {
        CenterState state = context.state();
        VmId target = action.vm().orElseThrow();
        boolean isWell = state.asSeen(target).filter(VirtualMachine::isServing).isPresent();
        if (!isWell) {
            return Verdict.never(Reason.TARGET_GONE, target + " does not run well any more");
        }
        Optional<MemberId> member = memberOf(action, state);
        if (member.isEmpty()) {
            return Verdict.never(Reason.TARGET_GONE, "the database of " + target + " is in no replica set");
        }
        if (state.databases().isWriter(member.get())
                && !setOf(member.get(), state).isSplit()) {
            return Verdict.done("its database accepts writes already");
        }
        if (state.inventory().hasToRejoin(state.inventory().requireVm(target))) {
            return Verdict.never(
                    Reason.LAG_UNKNOWN,
                    "the database of " + target + " may lack what another has: it has to rejoin before it is promoted");
        }
        ReplicaSet set = setOf(member.get(), state);
        if (state.databases().isRead(set.id()) && !state.databases().wasRead(set.id())) {
            context.needsDatabases();
            return Verdict.noRoom(Reason.LAG_UNKNOWN, "replica set " + set.id() + " was not read yet");
        }
        return Verdict.PASS;
    };

    private static ReplicaSet setOf(MemberId member, CenterState state) {
        return state.databases().setOf(member).orElseThrow();
    }

    /** No other promotion in the same set is under way, and no other plan makes way for one. */
    static final Guard ONE_AT_A_TIME = (action, context) -> {
        ReplicaSet set = setOf(memberOf(action, context.state()).orElseThrow(), context.state());
        return context.isWriterChosenBeside(set.id())
                ? Verdict.noRoom(
                        Reason.ACTION_FAILED, "another plan chooses the writer of replica set " + set.id() + " now")
                : Verdict.PASS;
    };

    /** No member but the one to be promoted may write. */
    static final Guard NO_OTHER_WRITER = (action, context) -> {
        CenterState state = context.state();
        MemberId member = memberOf(action, state).orElseThrow();
        ReplicaSet set = setOf(member, state);
        for (MemberId other : set.memberIds()) {
            if (other.equals(member) || !state.databases().mayWrite(other)) {
                continue;
            }
            Verdict verdict = off(other, context);
            if (!verdict.passes()) {
                return verdict;
            }
        }
        return Verdict.PASS;
    };

    private static Verdict off(MemberId member, GuardContext context) {
        for (VmRecord vm : context.state().vmDatabases().vmsOf(member)) {
            if (vm.isConfirmedOff()) {
                continue;
            }
            return vm.mayRunOn().isEmpty()
                    ? Guards.searched(vm, context)
                    : Verdict.never(
                            vm.mayRunOn().size() > 1 ? Reason.PLACE_UNCERTAIN : Reason.FENCING_FAILED,
                            vm.id() + ", whose database " + member + " may accept writes, is not confirmed off");
        }
        return Verdict.PASS;
    }

    /** The database that is to be demoted accepts writes, as far as is known. */
    static final Guard MAY_WRITE = (action, context) -> {
        boolean mayWrite = memberOf(action, context.state())
                .filter(context.state().databases()::mayWrite)
                .isPresent();
        return mayWrite ? Verdict.PASS : Verdict.done("its database does not accept writes any more");
    };

    /** What is to be promoted afterwards may be, so that nothing is demoted in vain. */
    static final Guard SUCCESSOR_READY = (action, context) -> {
        for (Step step : context.plan().steps()) {
            if (step.action() instanceof Action.Promote promote) {
                Verdict verdict = isReady(promote, context);
                if (!verdict.passes()) {
                    return verdict;
                }
            }
        }
        return Verdict.PASS;
    };

    private static Verdict isReady(Action.Promote promote, GuardContext context) {
        Verdict lag = Guards.NOT_LAGGING.judge(promote, context);
        CenterState state = context.state();
        Optional<MemberId> member =
                state.vm(promote.target()).flatMap(vm -> state.vmDatabases().memberOf(vm.seen()));
        if (!lag.passes()
                || member.isEmpty()
                || !state.databases().isRead(setOf(member.get(), state).id())) {
            return lag;
        }
        DatabaseMember found = setOf(member.get(), state).requireMember(member.get());
        boolean follows = found.role().role() == DatabaseRole.REPLICA && found.standing() == MemberStanding.CURRENT;
        if (follows) {
            return Verdict.PASS;
        }
        context.needsDatabases();
        return Verdict.noRoom(Reason.LAG_UNKNOWN, "database " + member.get() + " does not follow the writer yet");
    }

    /** The member has a history of its own still, and its VM runs. */
    static final Guard NEEDS_REJOIN = (action, context) -> {
        CenterState state = context.state();
        VmId vm = action.vm().orElseThrow();
        boolean isNeeded =
                memberOf(action, state).filter(state.databases()::needsRejoin).isPresent();
        if (!isNeeded) {
            return Verdict.done("its database follows the writer, or there is none");
        }
        return state.asSeen(vm).filter(VirtualMachine::isServing).isPresent()
                ? Verdict.PASS
                : Verdict.never(Reason.TARGET_GONE, vm + " does not run well any more");
    };
}
