package io.vmha.adapter.postgresql;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabasePromoter;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.ReplicationLag;
import io.vmha.adapter.ReplicationMonitor;
import io.vmha.model.DatabaseMember;
import io.vmha.model.MemberId;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.PossibleLoss;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far the databases of VMs are behind, and which accepts writes, for PostgreSQL servers that replicate by streaming: what
 * a {@link PostgresCluster} reads, told by VM.
 *
 * <p>Where the writer does not answer, the lag is what may be lost if the replica is promoted: nothing, where commits waited
 * for it when the writer answered last; otherwise at most what it lacked then, and the time since. Where that is not known
 * either, the lag cannot be read.
 *
 * <p>A replica is promoted only after every other database that is not itself seen to be a replica has been fenced, so that
 * no two ever accept writes.
 *
 * <p>Thread-safe: promotions wait for one another. Throws {@link AdapterException.Transient} where a database does not
 * answer or a lag is not known, {@link AdapterException.Permanent} where a login is refused or may not do what is needed, a VM is
 * unknown, or a fenced database is seen to accept writes, and {@link AdapterException.OutcomeUnknown} where a promotion was begun
 * and not seen to end.
 */
public final class PostgresReplication implements ReplicationMonitor, DatabasePromoter {
    private static final ReplicaSetId ALL = ReplicaSetId.of("databases");

    private final ImmutableList<PostgresDatabase> databases;
    private final DatabaseFence fence;
    private final InstantSource clock;
    private final PostgresCluster cluster;
    /** One promotion at a time, with what it fences. */
    private final ReentrantLock promoting = new ReentrantLock();

    private PostgresReplication(List<PostgresDatabase> databases, DatabaseFence fence, InstantSource clock) {
        this.databases = ImmutableList.copyOf(databases);
        this.fence = fence;
        this.clock = clock;
        PostgresCluster.Builder builder = PostgresCluster.builder(ALL).clock(clock);
        databases.forEach(database -> builder.member(new PostgresMember(
                MemberId.of(database.name()), database.connections(), database.replicaName(), Optional.empty())));
        this.cluster = builder.build();
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Optional<ReplicationLag> lag(VmId vm, CallContext call) {
        MemberId member = MemberId.of(databaseOf(vm).name());
        SetReader.Reading reading = cluster.look(call.deadline());
        reading.requireRead(member);
        return reading.set().requireMember(member).lag().map(lag -> told(reading.set(), member, lag));
    }

    private ReplicationLag told(ReplicaSet set, MemberId member, ReplicaLag lag) {
        if (lag instanceof ReplicaLag.Known known) {
            boolean isSynchronous = set.commitRule()
                    .map(ObservedCommitRule::rule)
                    .filter(rule -> rule.witnesses() == 1 && rule.candidates().contains(member))
                    .isPresent();
            return new ReplicationLag(known.time(), known.bytes(), isSynchronous);
        }
        PossibleLoss loss = set.possibleLoss(member, clock.instant());
        if (loss.kind() == PossibleLoss.Kind.UNKNOWN) {
            throw new AdapterException.Transient(Cause.UNREACHABLE, "database " + member + ": " + loss.why());
        }
        long bytes = lag.lastKnown().map(ReplicaLag.Known::unreceivedBytes).orElse(0L);
        boolean isNone = loss.kind() == PossibleLoss.Kind.NONE;
        return new ReplicationLag(loss.atMost(), isNone ? 0 : bytes, isNone);
    }

    @Override
    public void promote(VmId vm, CallContext call) {
        MemberId member = MemberId.of(databaseOf(vm).name());
        promoting.lock();
        try {
            SetReader.Reading reading = cluster.look(call.deadline());
            reading.requireRead(member);
            ReplicaSet set = reading.set();
            if (set.writer().map(DatabaseMember::id).equals(Optional.of(member)) && !set.isSplit()) {
                return;
            }
            Set<MemberId> fenced = new LinkedHashSet<>();
            for (DatabaseMember other : set.members()) {
                if (!other.id().equals(member) && other.mayWrite()) {
                    fence.fence(other.id().value(), call);
                    fenced.add(other.id());
                }
            }
            cluster.promote(new Promotion(member, fenced, set.timeline()), call);
        } finally {
            promoting.unlock();
        }
    }

    private PostgresDatabase databaseOf(VmId vm) {
        return databases.stream()
                .filter(database -> database.machines().contains(vm))
                .findFirst()
                .orElseThrow(() -> new AdapterException.Permanent(
                        Cause.UNKNOWN_SUBJECT, "no database is known to be VM " + vm + "'s"));
    }

    /** Collects the databases. Not thread-safe. */
    public static final class Builder {
        private final List<PostgresDatabase> databases = new ArrayList<>();
        private @Nullable DatabaseFence fence;
        private InstantSource clock = InstantSource.system();

        private Builder() {}

        /**
         * Adds a database.
         *
         * @throws IllegalArgumentException if there is one of that name, or one of its machines has another one
         */
        @CanIgnoreReturnValue
        public Builder database(PostgresDatabase database) {
            for (PostgresDatabase other : databases) {
                checkArgument(!other.name().equals(database.name()), "two databases with the name %s", other.name());
                for (VmId vm : database.machines()) {
                    checkArgument(!other.machines().contains(vm), "two databases for VM %s", vm);
                }
            }
            databases.add(database);
            return this;
        }

        /** Sets what makes a source accept no more writes before its replica is promoted. Required. */
        @CanIgnoreReturnValue
        public Builder fence(DatabaseFence chosen) {
            fence = chosen;
            return this;
        }

        /** Sets the clock; the system's by default. */
        @CanIgnoreReturnValue
        public Builder clock(InstantSource chosen) {
            clock = chosen;
            return this;
        }

        /**
         * Returns what reads and promotes them; nothing is connected to before it is needed.
         *
         * @throws IllegalStateException if the fence or every database is missing
         */
        public PostgresReplication build() {
            checkState(fence != null, "databases need a fence: two of them must never accept writes");
            checkState(!databases.isEmpty(), "at least one database is needed");
            return new PostgresReplication(databases, fence, clock);
        }
    }
}
