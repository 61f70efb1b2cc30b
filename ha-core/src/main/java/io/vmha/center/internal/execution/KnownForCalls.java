package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gathers what a call needs to know that only the loop knows, when it is made. Keeps nothing; on the center's loop.
 */
final class KnownForCalls {
    private final CenterState state;
    private final Platform platform;
    private final InstantSource time;
    private final Supplier<FailoverConfig> failover;

    KnownForCalls(CenterState state, Platform platform, InstantSource time, Supplier<FailoverConfig> failover) {
        this.state = state;
        this.platform = platform;
        this.time = time;
        this.failover = failover;
    }

    /** Returns a token for what a call is about to read. */
    long beginsReading() {
        return state.beginReading();
    }

    /** Returns what is known for an action of a plan; what it reads of a replica set is told. */
    CallFacts facts(Action action, Plan plan, Consumer<ReplicaSet> seen) {
        return switch (action.kind()) {
            case PROMOTE -> {
                setOf(action.vm().orElseThrow())
                        .ifPresent(set -> state.databases().stopped(set, time.instant()));
                yield new CallFacts(false, vm -> true, database(action.vm().orElseThrow(), plan, seen));
            }
            case DEMOTE, REJOIN ->
                new CallFacts(false, vm -> true, database(action.vm().orElseThrow(), plan, seen));
            case REDIRECT -> redirect((Action.Redirect) action, plan, seen);
            case POWER_OFF, FENCE_HOST, POWER_ON, REALLOCATE, MIGRATE, CLONE, DELETE_LEFTOVERS -> CallFacts.NONE;
        };
    }

    private CallFacts redirect(Action.Redirect redirect, Plan plan, Consumer<ReplicaSet> seen) {
        Optional<DatabaseFacts> database = database(redirect.server(), plan, seen);
        Optional<VmRecord> owner = state.vm(redirect.owner());
        boolean isFenced =
                owner.isPresent() && failover.get().fencingOf(owner.get().seen().type()) == FencingMode.REQUIRED;
        if (!isFenced) {
            return new CallFacts(false, vm -> true, database);
        }
        VmId believed = owner.get().server();
        boolean isHandedOver = state.vm(believed)
                .filter(server -> Guards.isHandedOver(redirect, owner.get(), server, state))
                .isPresent();
        return new CallFacts(
                true,
                server -> state.places().isConfirmedOff(server) || (isHandedOver && server.equals(believed)),
                database);
    }

    /** The database of a VM, where somebody reads its set. */
    private Optional<DatabaseFacts> database(VmId vm, Plan plan, Consumer<ReplicaSet> seen) {
        Optional<VmRecord> record = state.vm(vm);
        Optional<MemberId> member = record.flatMap(found -> state.vmDatabases().memberOf(found.seen()));
        if (member.isEmpty()) {
            return Optional.empty();
        }
        ReplicaSet set = state.databases().setOf(member.get()).orElseThrow();
        Optional<MemberId> successor = plan.steps().stream()
                .flatMap(step -> step.action() instanceof Action.Promote promote
                        ? state
                                .vm(promote.target())
                                .flatMap(found -> state.vmDatabases().memberOf(found.seen()))
                                .stream()
                        : Stream.empty())
                .findFirst();
        boolean isAccepted = record.get().is(VmState.Flag.LAG_ACCEPTED);
        return Optional.ofNullable(platform.databases().get(set.id()))
                .map(cluster -> new DatabaseFacts(
                        cluster,
                        set,
                        state.databases().setBeforePromotionOf(member.get()).orElse(set),
                        member.get(),
                        membersOff(set),
                        successor,
                        state.databases().stoppedAt(set.id()).orElse(time.instant()),
                        isAccepted ? Optional.empty() : failover.get().maxReplicationLag(),
                        record.get().toldLag(),
                        isAccepted,
                        seen));
    }

    private Set<MemberId> membersOff(ReplicaSet set) {
        return set.memberIds().stream()
                .filter(member -> {
                    List<VmRecord> vms = state.vmDatabases().vmsOf(member);
                    return !vms.isEmpty() && vms.stream().allMatch(VmRecord::isConfirmedOff);
                })
                .collect(Collectors.toSet());
    }

    private Optional<ReplicaSetId> setOf(VmId vm) {
        return state.vm(vm)
                .flatMap(found -> state.vmDatabases().setOf(found.seen()))
                .map(ReplicaSet::id);
    }
}
