package io.vmha.adapter.postgresql;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.DatabaseOperation;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.RejoinMethod;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL servers, 12 to 17, that replicate one another by streaming.
 *
 * <p>Each reading asks all members at once and compares what they say: a lag is the distance from the end of the writer's log
 * to what the replica has received and applied, over however many others it gets it; its time is counted from when the writer
 * was last seen to have no more than that, or from the newest change that the replica has applied, whichever is less. Commits
 * count as waiting for a replica if the writer says so and {@code synchronous_commit} is nowhere weaker than {@code on}.
 *
 * <p>A member's server is demoted, fenced and has its data replaced over its {@link PostgresServer}; without one, a {@link
 * DatabaseFence} may fence it, and the rest is unsupported.
 *
 * <p>Thread-safe. Readings run beside one another; changes wait for one another. Nothing is connected to before it is needed,
 * and no connection outlives its call. What was read is remembered, so that a member that has diverged stays so.
 */
public final class PostgresCluster implements DatabaseCluster {
    private final ImmutableList<MemberConnections> members;
    private final Optional<DatabaseFence> fence;
    private final SetReader reader;
    private final ReplicaSet declared;
    /** One change at a time: what a change relies on stays so until it is done. */
    private final ReentrantLock changing = new ReentrantLock();
    /** Guarded by this object's monitor. */
    private ReplicaSet known;

    private PostgresCluster(Builder builder) {
        this.members = builder.members.stream().map(MemberConnections::new).collect(ImmutableList.toImmutableList());
        this.fence = Optional.ofNullable(builder.fence);
        this.declared = ReplicaSet.declared(
                builder.id, builder.members.stream().map(PostgresMember::id).toList());
        this.known = declared;
        this.reader = new SetReader(builder.id, members, builder.clock);
    }

    /** Returns a builder for the set with that name; it is not thread-safe. */
    public static Builder builder(ReplicaSetId id) {
        return new Builder(id);
    }

    @Override
    public ReplicaSet declared() {
        return declared;
    }

    @Override
    public Set<DatabaseOperation> operations() {
        EnumSet<DatabaseOperation> operations = EnumSet.of(DatabaseOperation.HOLD_WRITES);
        if (members.stream().allMatch(member -> member.member().server().isPresent())) {
            operations.addAll(EnumSet.allOf(DatabaseOperation.class));
        }
        if (fence.isPresent()) {
            operations.add(DatabaseOperation.FENCE);
        }
        return ImmutableSet.copyOf(operations);
    }

    @Override
    public void check(CallContext call) {
        SetReader.Reading reading = reader.read(call.requireTimeLeft());
        for (AdapterException failure : reading.failures().values()) {
            if (failure instanceof AdapterException.Permanent) {
                throw failure;
            }
        }
    }

    @Override
    public ReplicaSet read(CallContext call) {
        return look(call.requireTimeLeft()).set();
    }

    /** Reads all members, with why those could not be read that were not, in the light of what was read before. */
    SetReader.Reading look(Duration within) {
        SetReader.Reading reading = reader.read(within);
        return new SetReader.Reading(remember(reading.set()), reading.failures());
    }

    private synchronized ReplicaSet remember(ReplicaSet reading) {
        known = known.updatedWith(reading);
        return known;
    }

    @Override
    public void promote(Promotion promotion, CallContext call) {
        for (MemberId off : promotion.confirmedOff()) {
            reader.connections(off);
        }
        MemberConnections member = reader.connections(promotion.member());
        changing(call, deadline -> {
            SetReader.Reading reading = look(deadline.left().dividedBy(2));
            ReplicaSet set = reading.set();
            if (!isWriterAlready(set, member.member().id())) {
                reading.requireRead(promotion.member());
                promotion.requireSafe(set);
                promote(member, set, deadline);
            }
            return promotion;
        });
    }

    private void promote(MemberConnections member, ReplicaSet seen, Deadline deadline) {
        assume(seen.promoting(member.member().id()));
        try {
            member.change(deadline.left(), "it was promoted", session -> new PromotionRun(session).run());
        } catch (AdapterException.Transient | AdapterException.Permanent nothingWasDone) {
            assume(seen);
            throw nothingWasDone;
        }
    }

    private synchronized void assume(ReplicaSet set) {
        known = set;
    }

    private static boolean isWriterAlready(ReplicaSet set, MemberId member) {
        return set.writer().map(DatabaseMember::id).equals(Optional.of(member)) && !set.isSplit();
    }

    @Override
    public void holdWrites(MemberId writer, CallContext call) {
        MemberConnections member = reader.connections(writer);
        changing(
                call,
                deadline -> member.change(deadline.left(), "its writes were held", session -> {
                    if (session.isReplica()) {
                        throw notTheWriter(writer);
                    }
                    new WriteHold(session).begin();
                    return writer;
                }));
    }

    @Override
    public void releaseWrites(MemberId writer, CallContext call) {
        MemberConnections member = reader.connections(writer);
        changing(
                call,
                deadline -> member.change(deadline.left(), "its writes were released", session -> {
                    WriteHold hold = new WriteHold(session);
                    if (hold.isHeld()) {
                        hold.end();
                    }
                    return writer;
                }));
    }

    @Override
    public LogPosition demote(MemberId writer, MemberId successor, CallContext call) {
        PostgresMember old = reader.connections(writer).member();
        PostgresMember next = reader.connections(successor).member();
        checkArgument(!writer.equals(successor), "member %s cannot follow itself", writer);
        ServerScripts.server(old);
        ServerScripts.server(next);
        return changing(call, deadline -> {
            SetReader.Reading reading = look(deadline.left().dividedBy(3));
            DatabaseMember seen = reading.set().requireMember(writer);
            reading.requireRead(writer);
            if (seen.role().role() == DatabaseRole.REPLICA) {
                return seen.position().orElseThrow();
            }
            if (seen.standing() == MemberStanding.DIVERGED) {
                throw new AdapterException.Permanent(
                        Cause.REFUSED, "database " + writer + " has diverged: it can rejoin, but not be demoted");
            }
            ServerScripts.demote(old, next, call, deadline.left());
            return requireReplica(writer, deadline, "it was demoted");
        });
    }

    /** Waits until it answers as a replica, and returns where its log ends. */
    private LogPosition requireReplica(MemberId member, Deadline deadline, String what) {
        return reader.connections(member).change(deadline.left(), what, session -> {
            if (!session.isReplica()) {
                throw new AdapterException.OutcomeUnknown(
                        Cause.REFUSED, "database " + member + " still accepts writes after " + what);
            }
            return FactQueries.read(session, Instant.EPOCH).position();
        });
    }

    @Override
    public void fence(MemberId member, CallContext call) {
        MemberConnections target = reader.connections(member);
        if (fence.isEmpty()) {
            ServerScripts.server(target.member());
        }
        changing(call, deadline -> {
            // Half of the time is for seeing that it is so.
            Duration within = deadline.left().dividedBy(2);
            if (fence.isPresent()) {
                fence.get().fence(member.value(), call.atMost(within));
            } else {
                ServerScripts.fence(target.member(), call, within);
            }
            if (isSeenToWrite(target, deadline.left())) {
                throw new AdapterException.Permanent(
                        Cause.IN_USE, "database " + member + " still accepts writes after it was fenced");
            }
            return member;
        });
    }

    private static boolean isSeenToWrite(MemberConnections member, Duration within) {
        try {
            return !member.call(within, PostgresSession::isReplica);
        } catch (AdapterException doesNotAnswer) {
            return false;
        }
    }

    @Override
    public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
        PostgresMember back = reader.connections(member).member();
        PostgresMember source = reader.connections(writer).member();
        checkArgument(!member.equals(writer), "member %s cannot follow itself", writer);
        ServerScripts.server(back);
        ServerScripts.server(source);
        return changing(call, deadline -> {
            SetReader.Reading reading = look(deadline.left().dividedBy(4));
            ReplicaSet set = reading.set();
            reading.requireRead(writer);
            if (set.writer().map(DatabaseMember::id).equals(Optional.of(member))) {
                throw new AdapterException.Permanent(
                        Cause.IN_USE, "database " + member + " is the writer: it does not rejoin");
            }
            if (!set.writer().map(DatabaseMember::id).equals(Optional.of(writer))) {
                throw notTheWriter(writer);
            }
            DatabaseMember seen = set.requireMember(member);
            if (seen.standing() == MemberStanding.CURRENT && seen.source().isPresent()) {
                return RejoinMethod.FOLLOWING;
            }
            // pg_rewind reads the source's timeline where only a checkpoint writes it.
            reader.connections(writer)
                    .call(deadline.left(), session -> new PromotionRun(session).requireTimelineOnDisk());
            RejoinMethod method = ServerScripts.rejoin(back, source, call, deadline.left());
            requireReplica(member, deadline, "it rejoined");
            return method;
        });
    }

    private static AdapterException notTheWriter(MemberId member) {
        return new AdapterException.Permanent(
                Cause.REFUSED, "database " + member + " is not seen to be the set's writer");
    }

    /** What is left of a call's time. */
    private record Deadline(long atNanos) {
        Duration left() {
            return Duration.ofNanos(Math.max(1, atNanos - System.nanoTime()));
        }
    }

    private <T> T changing(CallContext call, Function<Deadline, T> change) {
        Deadline deadline =
                new Deadline(System.nanoTime() + call.requireTimeLeft().toNanos());
        try {
            if (!changing.tryLock(call.requireTimeLeft().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AdapterException.Transient(
                        Cause.BUSY, "another change of replica set " + declared.id() + " is under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdapterException.Transient(
                    Cause.BUSY, "another change of replica set " + declared.id() + " was not waited for", e);
        }
        try {
            return change.apply(deadline);
        } finally {
            changing.unlock();
        }
    }

    /** Collects the members. Not thread-safe. */
    public static final class Builder {
        private final ReplicaSetId id;
        private final List<PostgresMember> members = new ArrayList<>();
        private final Set<String> replicaNames = new HashSet<>();
        private @Nullable DatabaseFence fence;
        private InstantSource clock = InstantSource.system();

        private Builder(ReplicaSetId id) {
            this.id = id;
        }

        /**
         * Adds a member.
         *
         * @throws IllegalArgumentException if there is one with its name, or with its replica name in whatever case
         */
        @CanIgnoreReturnValue
        public Builder member(PostgresMember member) {
            checkArgument(
                    members.stream().noneMatch(other -> other.id().equals(member.id())),
                    "replica set %s has the member %s twice",
                    id,
                    member.id());
            checkArgument(
                    replicaNames.add(member.replicaName().toLowerCase(Locale.ROOT)),
                    "replica set %s has two members with the replica name %s",
                    id,
                    member.replicaName());
            members.add(member);
            return this;
        }

        /** Sets what fences a member, by its name; otherwise it is stopped by force over its {@link PostgresServer}. */
        @CanIgnoreReturnValue
        public Builder fence(DatabaseFence chosen) {
            fence = chosen;
            return this;
        }

        /** Sets the clock for the times of readings; the system's by default. */
        @CanIgnoreReturnValue
        public Builder clock(InstantSource chosen) {
            clock = chosen;
            return this;
        }

        /**
         * Returns the cluster; nothing is connected to before it is needed.
         *
         * @throws IllegalStateException if there is no member
         */
        public PostgresCluster build() {
            checkState(!members.isEmpty(), "replica set %s must have one member or more", id);
            return new PostgresCluster(this);
        }
    }
}
