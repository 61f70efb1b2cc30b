package io.vmha.sim;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.RejoinMethod;
import io.vmha.model.DatabaseMember;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ReplicaSet;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A cluster over databases in memory. Thread-safe: guarded by the monitor of its {@link SimulatedReplicaSet}. */
final class SimulatedDatabaseCluster implements DatabaseCluster {
    private static final Set<DatabaseOperation> ALL = ImmutableSet.copyOf(DatabaseOperation.values());

    private final SimulatedReplicaSet world;
    private final ReplicaSet declared;
    private ReplicaSet known;

    SimulatedDatabaseCluster(SimulatedReplicaSet world) {
        this.world = world;
        this.declared = ReplicaSet.declared(
                world.id(), world.all().stream().map(SimulatedMember::id).toList());
        this.known = declared;
    }

    @Override
    public ReplicaSet declared() {
        return declared;
    }

    @Override
    public Set<DatabaseOperation> operations() {
        return ALL;
    }

    @Override
    public void check(CallContext call) {
        read(call);
    }

    @Override
    public ReplicaSet read(CallContext call) {
        Duration unused = call.requireTimeLeft();
        world.refresh().run();
        synchronized (world) {
            return look();
        }
    }

    private ReplicaSet look() {
        known = known.updatedWith(new SimulatedReading(world).set());
        return known;
    }

    @Override
    public void promote(Promotion promotion, CallContext call) {
        Duration unused = call.requireTimeLeft();
        world.refresh().run();
        synchronized (world) {
            promotion.confirmedOff().forEach(this::requireKnown);
            requireKnown(promotion.member());
            ReplicaSet seen = look();
            boolean isWriter =
                    seen.writer().map(DatabaseMember::id).equals(Optional.of(promotion.member())) && !seen.isSplit();
            if (!isWriter) {
                requireAnswering(promotion.member());
                promotion.requireSafe(seen);
                known = seen.promoting(promotion.member());
                world.promote(promotion.member());
            }
        }
    }

    @Override
    public void holdWrites(MemberId writer, CallContext call) {
        Duration unused = call.requireTimeLeft();
        world.refresh().run();
        synchronized (world) {
            SimulatedMember member = requireAnswering(writer);
            if (!member.isWriting()) {
                throw refused("database " + writer + " is not seen to be the set's writer");
            }
            member.isHeld = true;
        }
    }

    @Override
    public void releaseWrites(MemberId writer, CallContext call) {
        Duration unused = call.requireTimeLeft();
        world.refresh().run();
        synchronized (world) {
            requireAnswering(writer).isHeld = false;
        }
    }

    @Override
    public LogPosition demote(MemberId writer, MemberId successor, CallContext call) {
        Duration unused = call.requireTimeLeft();
        world.refresh().run();
        synchronized (world) {
            requireKnown(writer);
            requireKnown(successor);
            checkArgument(!writer.equals(successor), "member %s cannot follow itself", writer);
            SimulatedMember member = requireAnswering(writer);
            if (look().requireMember(writer).standing() == MemberStanding.DIVERGED && !member.isReplica) {
                throw refused("database " + writer + " has diverged: it can rejoin, but not be demoted");
            }
            if (!member.isReplica) {
                // An orderly stop: connected replicas get its whole log first.
                world.replicate();
                world.change(set -> {
                    member.isReplica = true;
                    member.follows = Optional.of(successor);
                });
            }
            return member.position();
        }
    }

    @Override
    public void fence(MemberId member, CallContext call) {
        Duration unused = call.requireTimeLeft();
        world.refresh().run();
        synchronized (world) {
            requireKnown(member);
            // From outside: whether it answers does not matter.
            world.change(set -> {
                set.require(member).isUp = false;
                set.require(member).isReplica = true;
            });
        }
    }

    @Override
    public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
        Duration unused = call.requireTimeLeft();
        world.refresh().run();
        synchronized (world) {
            requireKnown(member);
            requireKnown(writer);
            checkArgument(!member.equals(writer), "member %s cannot follow itself", writer);
            SimulatedMember source = requireAnswering(writer);
            ReplicaSet seen = look();
            Optional<MemberId> writing = seen.writer().map(DatabaseMember::id);
            if (writing.equals(Optional.of(member))) {
                throw new AdapterException.Permanent(
                        Cause.IN_USE, "database " + member + " is the writer: it does not rejoin");
            }
            if (!writing.equals(Optional.of(writer))) {
                throw refused("database " + writer + " is not seen to be the set's writer");
            }
            DatabaseMember before = seen.requireMember(member);
            if (before.standing() == MemberStanding.CURRENT && before.source().isPresent()) {
                return RejoinMethod.FOLLOWING;
            }
            if (!world.require(member).isReachable) {
                throw new AdapterException.Transient(Cause.UNREACHABLE, "database " + member + " cannot be reached");
            }
            world.change(set -> set.require(member).rejoin(source));
            return RejoinMethod.REWOUND;
        }
    }

    private void requireKnown(MemberId member) {
        if (declared.member(member).isEmpty()) {
            throw new AdapterException.Permanent(
                    Cause.UNKNOWN_SUBJECT, "replica set " + world.id() + " has no member " + member);
        }
    }

    private SimulatedMember requireAnswering(MemberId member) {
        requireKnown(member);
        SimulatedMember found = world.require(member);
        if (!found.isUp || !found.isReachable) {
            throw new AdapterException.Transient(Cause.UNREACHABLE, "database " + member + " does not answer");
        }
        return found;
    }

    private static AdapterException refused(String message) {
        return new AdapterException.Permanent(Cause.REFUSED, message);
    }
}
