package io.vmha.adapter.postgresql;

import io.vmha.adapter.postgresql.MemberFacts.Downstream;
import io.vmha.adapter.postgresql.MemberFacts.Replica;
import io.vmha.adapter.postgresql.MemberFacts.Writer;
import io.vmha.adapter.postgresql.MemberFacts.WriterEnd;
import io.vmha.model.CommitRule.Durability;
import io.vmha.model.LogPosition;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is asked of a member. All functions and columns are there, with one meaning, in PostgreSQL 12 to 17.
 *
 * <p>Left aside is what differs: {@code pg_stat_wal_receiver} has {@code received_lsn} in 12 and {@code written_lsn} and
 * {@code flushed_lsn} from 13 on, for which {@code pg_last_wal_receive_lsn()}, what is flushed, stands here. {@code
 * pg_is_wal_replay_paused()} means "asked to pause" up to 13 and is joined by {@code pg_get_wal_replay_pause_state()} from 14
 * on; neither is needed, since how far a replica has come is read from its position. {@code replay_lag} of {@code
 * pg_stat_replication} is not used: it keeps its last value while a replica applies nothing, and is NULL while it is idle.
 */
final class FactQueries {
    private static final String COMMON = """
            select pg_is_in_recovery(), (select system_identifier::text from pg_control_system())""";
    /** Relative to the beginning of the log; as a number, because a driver may not know pg_lsn. */
    private static final String WRITER = """
            select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), pg_walfile_name(pg_current_wal_lsn()),
                   current_setting('synchronous_standby_names'), current_setting('default_transaction_read_only'),
                   extract(epoch from clock_timestamp())""";
    /**
     * The strictest word is the weakest one that anybody has: the server's own, unless this session has another one, and those
     * set for roles and databases. A session that sets it for itself is not seen.
     */
    private static final String DURABILITY = """
            select setting from pg_settings
              where name = 'synchronous_commit' and source not in ('database', 'user', 'database user', 'client', 'session')
            union all select 'local' from pg_settings
              where name = 'synchronous_commit' and source in ('database', 'user', 'database user', 'client', 'session')
            union all select split_part(word, '=', 2) from pg_db_role_setting, unnest(setconfig) word
              where word like 'synchronous_commit=%'""";
    /**
     * On a replica, the checkpoint is one that it has applied: it was made before whatever comes next. Its time has whole
     * seconds.
     */
    private static final String REPLICA = """
            select pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0'), pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'),
                   greatest((select received_tli from pg_stat_wal_receiver), checkpoint.timeline_id,
                            (select min_recovery_end_timeline from pg_control_recovery())),
                   extract(epoch from greatest(pg_last_xact_replay_timestamp(), checkpoint.checkpoint_time))
            from pg_control_checkpoint() checkpoint""";

    private static final String DOWNSTREAMS = """
            select application_name, coalesce(state = 'streaming', false), coalesce(sync_state, '')
            from pg_stat_replication""";

    private FactQueries() {}

    static MemberFacts read(PostgresSession session, Instant at) throws SQLException {
        String systemId = session.one(COMMON, row -> row.getString(2));
        List<Downstream> downstreams = session.all(
                DOWNSTREAMS,
                row -> new Downstream(
                        String.valueOf(row.getString(1)), row.getBoolean(2), String.valueOf(row.getString(3))));
        boolean isReplica = session.isReplica();
        Optional<Replica> replica =
                isReplica ? Optional.of(session.one(REPLICA, FactQueries::replica)) : Optional.empty();
        Optional<Writer> writer = isReplica ? Optional.empty() : Optional.of(writer(session));
        return new MemberFacts(session.member().id(), at, systemId, downstreams, writer, replica);
    }

    private static Writer writer(PostgresSession session) throws SQLException {
        Durability durability = session.all(DURABILITY, row -> durability(String.valueOf(row.getString(1)))).stream()
                .min(Durability::compareTo)
                .orElse(Durability.NONE);
        return session.one(
                WRITER, row -> new Writer(end(row), "on".equals(row.getString(4)), row.getString(3), durability));
    }

    static WriterEnd writerEnd(PostgresSession session, Instant at) throws SQLException {
        return session.one(WRITER, row -> new WriterEnd(end(row), row.getBigDecimal(5), at));
    }

    /** The first eight digits of a segment's name are the timeline's number. */
    private static LogPosition end(ResultSet row) throws SQLException {
        return new LogPosition(
                Long.parseLong(row.getString(2).substring(0, 8), 16),
                row.getBigDecimal(1).longValueExact());
    }

    private static Durability durability(String synchronousCommit) {
        return switch (synchronousCommit) {
            case "remote_apply" -> Durability.APPLIED;
            case "on", "true", "yes", "1" -> Durability.FLUSHED;
            case "remote_write" -> Durability.WRITTEN;
            default -> Durability.NONE;
        };
    }

    private static Replica replica(ResultSet row) throws SQLException {
        OptionalLong received = offset(row, 1);
        OptionalLong replayed = offset(row, 2);
        // After a restart nothing counts as received before the stream begins, though it is there and applied.
        long end = Math.max(received.orElse(0), replayed.orElse(0));
        return new Replica(new LogPosition(row.getLong(3), end), replayed, Optional.ofNullable(row.getBigDecimal(4)));
    }

    private static OptionalLong offset(ResultSet row, int column) throws SQLException {
        BigDecimal offset = row.getBigDecimal(column);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset.longValueExact());
    }
}
