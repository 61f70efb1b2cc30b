package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A connection to one database, for one call. Not thread-safe. */
final class PostgresSession implements AutoCloseable {
    private static final BigDecimal NANOS = BigDecimal.valueOf(TimeUnit.SECONDS.toNanos(1));

    private final PostgresDatabase database;
    private final Connection connection;

    private PostgresSession(PostgresDatabase database, Connection connection) {
        this.database = database;
        this.connection = connection;
    }

    static PostgresSession open(PostgresDatabase database, Duration deadline) {
        try {
            Connection connection = database.connections().getConnection();
            try {
                connection.setNetworkTimeout(Runnable::run, Math.toIntExact(Math.max(1, deadline.toMillis())));
                return new PostgresSession(database, connection);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw unreachable(database, e);
        }
    }

    private static AdapterException unreachable(PostgresDatabase database, SQLException e) {
        String message = "database " + database.name() + ": " + e.getMessage();
        // Class 28 is "invalid authorization specification" (PostgreSQL's appendix on error codes).
        return String.valueOf(e.getSQLState()).startsWith("28")
                ? new AdapterException.Permanent(Cause.NOT_PERMITTED, message, e)
                : new AdapterException.Transient(Cause.UNREACHABLE, message, e);
    }

    boolean isReplica() {
        return query("select pg_is_in_recovery()", result -> result.getBoolean(1));
    }

    /** What a replica has received and not applied. */
    Backlog ownBacklog() {
        return query("""
                select coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0),
                       coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()), 0)""", result -> new Backlog(result.getBigDecimal(1), result.getBigDecimal(2)));
    }

    /** What a source knows of its replica of that name; empty where that is not connected. */
    Optional<SourceView> replica(String name) {
        String sql = """
                select pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), coalesce(extract(epoch from replay_lag), 0),
                       sync_state in ('sync', 'quorum')
                from pg_stat_replication where application_name = ? and state = 'streaming' and replay_lsn is not null""";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            try (ResultSet result = statement.executeQuery()) {
                return result.next()
                        ? Optional.of(new SourceView(
                                new Backlog(result.getBigDecimal(1), result.getBigDecimal(2)), result.getBoolean(3)))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw unreachable(database, e);
        }
    }

    /** Has a replica become a source; returns whether it is one when the time is over. */
    boolean promote(Duration within) {
        try (PreparedStatement statement = connection.prepareStatement("select pg_promote(true, ?)")) {
            statement.setInt(1, Math.toIntExact(Math.max(1, within.toSeconds())));
            try (ResultSet result = statement.executeQuery()) {
                return result.next() && result.getBoolean(1);
            }
        } catch (SQLException e) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED, "database " + database.name() + " while it was promoted: " + e.getMessage(), e);
        }
    }

    private <T> T query(String sql, Row<T> row) {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            result.next();
            return row.read(result);
        } catch (SQLException e) {
            throw unreachable(database, e);
        }
    }

    /** Reads a value from a row. */
    private interface Row<T> {
        T read(ResultSet result) throws SQLException;
    }

    /**
     * What is not applied yet.
     *
     * @param bytes how much, 0 or more
     * @param age of the oldest of it
     */
    record Backlog(long bytes, Duration age) {
        Backlog(BigDecimal bytes, BigDecimal seconds) {
            this(
                    Math.max(0, bytes.longValue()),
                    bytes.signum() <= 0 || seconds.signum() < 0
                            ? Duration.ZERO
                            : Duration.ofNanos(seconds.multiply(NANOS).longValue()));
        }
    }

    /**
     * A replica as its source sees it.
     *
     * @param backlog what it has not applied
     * @param isSynchronous whether commits wait for it
     */
    record SourceView(Backlog backlog, boolean isSynchronous) {}

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw unreachable(database, e);
        }
    }
}
