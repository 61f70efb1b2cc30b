package io.vmha.adapter.postgresql;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Ordering;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabasePromoter;
import io.vmha.adapter.ReplicationLag;
import io.vmha.adapter.ReplicationMonitor;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL databases (12 or later) that replicate by streaming: how far each is behind, and which accepts writes.
 *
 * <p>The lag is what the source tells of its replica. Where the source does not answer, it is what the replica has received
 * and not applied; if the source was not synchronous when it answered last, what it may have committed since is unknown, and
 * the lag's time is at least the time since then.
 *
 * <p>A replica is promoted only after every other database that is not itself seen to be a replica has been fenced, so that
 * no two ever accept writes.
 *
 * <p>Thread-safe: promotions wait for one another. Throws {@link AdapterException.Transient} where a database does not
 * answer, {@link AdapterException.Permanent} where a login is refused, a machine is unknown, or a fenced database is seen to
 * accept writes, and {@link AdapterException.OutcomeUnknown} where a promotion was begun and not seen to end.
 */
public final class PostgresReplication implements ReplicationMonitor, DatabasePromoter {

    /** What was last read of a replica from its source. */
    private record LastView(Instant at, boolean isSynchronous) {}

    private final ImmutableList<PostgresDatabase> databases;
    private final DatabaseFence fence;
    private final InstantSource clock;
    private final Map<String, LastView> lastViews = new ConcurrentHashMap<>();
    /** One promotion at a time. */
    private final ReentrantLock promoting = new ReentrantLock();

    private PostgresReplication(List<PostgresDatabase> databases, DatabaseFence fence, InstantSource clock) {
        this.databases = ImmutableList.copyOf(databases);
        this.fence = fence;
        this.clock = clock;
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Optional<ReplicationLag> lag(VmId vm, CallContext call) {
        PostgresDatabase replica = databaseOf(vm);
        PostgresSession.Backlog own;
        try (PostgresSession session = PostgresSession.open(replica, call.deadline())) {
            if (!session.isReplica()) {
                return Optional.empty();
            }
            own = session.ownBacklog();
        }
        Optional<PostgresSession.SourceView> seen = askSource(replica, call.deadline());
        if (seen.isPresent()) {
            boolean isSynchronous = seen.get().isSynchronous();
            lastViews.put(replica.name(), new LastView(clock.instant(), isSynchronous));
            return Optional.of(lag(seen.get().backlog(), isSynchronous));
        }
        return Optional.of(lagWithoutSource(replica, own));
    }

    private static ReplicationLag lag(PostgresSession.Backlog backlog, boolean isSynchronous) {
        return new ReplicationLag(backlog.age(), backlog.bytes(), isSynchronous);
    }

    /** Empty where no source answers, or where it has lost its replica. */
    private Optional<PostgresSession.SourceView> askSource(PostgresDatabase replica, Duration deadline) {
        for (PostgresDatabase other : databases) {
            if (!other.equals(replica)) {
                try (PostgresSession session = PostgresSession.open(other, deadline)) {
                    if (!session.isReplica()) {
                        return session.replica(replica.replicaName());
                    }
                } catch (AdapterException.Transient down) {
                    // Then another one may be the source, or none.
                }
            }
        }
        return Optional.empty();
    }

    private ReplicationLag lagWithoutSource(PostgresDatabase replica, PostgresSession.Backlog own) {
        LastView last = lastViews.get(replica.name());
        if (last == null || last.isSynchronous()) {
            return lag(own, last != null);
        }
        Duration unseen = Duration.between(last.at(), clock.instant());
        return new ReplicationLag(Collections.max(List.of(own.age(), unseen), Ordering.natural()), own.bytes(), false);
    }

    @Override
    public void promote(VmId vm, CallContext call) {
        PostgresDatabase replica = databaseOf(vm);
        promoting.lock();
        try (PostgresSession session = PostgresSession.open(replica, call.deadline())) {
            if (!session.isReplica()) {
                return;
            }
            fenceOthers(replica, call);
            if (!session.promote(call.deadline())) {
                throw new AdapterException.OutcomeUnknown(
                        Cause.TIMEOUT, "database " + replica.name() + " was not promoted within " + call.deadline());
            }
        } finally {
            promoting.unlock();
        }
    }

    private void fenceOthers(PostgresDatabase promoted, CallContext call) {
        for (PostgresDatabase other : databases) {
            if (!other.equals(promoted) && !isSeenAs(true, other, call)) {
                fence.fence(other.name(), call);
                if (isSeenAs(false, other, call)) {
                    throw new AdapterException.Permanent(
                            Cause.IN_USE,
                            "database " + other.name() + " still accepts writes after it was fenced: " + promoted.name()
                                    + " is not promoted");
                }
            }
        }
    }

    /** Whether the database answers that it is a replica, or that it is none. */
    private static boolean isSeenAs(boolean replica, PostgresDatabase database, CallContext call) {
        try (PostgresSession session = PostgresSession.open(database, call.deadline())) {
            return session.isReplica() == replica;
        } catch (AdapterException.Transient down) {
            return false;
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
