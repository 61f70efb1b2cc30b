package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A connection to one member, for one call, with the privileges that the call needs. Confined to one thread. */
final class PostgresSession implements AutoCloseable {
    private final PostgresMember member;
    private final Connection connection;
    private final long deadlineNanos;

    private PostgresSession(PostgresMember member, Connection connection, long deadlineNanos) {
        this.member = member;
        this.connection = connection;
        this.deadlineNanos = deadlineNanos;
    }

    /**
     * Connects.
     *
     * @throws AdapterException.Permanent if the login may not do what this library needs
     */
    static PostgresSession open(PostgresMember member, long deadlineNanos) throws SQLException {
        Connection connection = member.connections().getConnection();
        try {
            PostgresSession session = new PostgresSession(member, connection, deadlineNanos);
            session.prepare();
            return session;
        } catch (SQLException | RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    private void prepare() throws SQLException {
        try {
            connection.setNetworkTimeout(
                    Runnable::run, Math.toIntExact(Math.max(1, remaining().toMillis())));
        } catch (SQLFeatureNotSupportedException hasNone) {
            // Then the call ends at its deadline all the same, and its thread when the server answers.
        }
        // A pool's connections may be set otherwise; ALTER SYSTEM runs outside transactions alone.
        connection.setAutoCommit(true);
        requirePrivileges();
    }

    /** NULL is what PostgreSQL shows of statistics to those who may not see them: that must not be taken for a value. */
    private void requirePrivileges() throws SQLException {
        String sql = """
                select current_user, pg_has_role('pg_read_all_stats', 'usage'),
                       has_function_privilege('pg_promote(boolean, integer)', 'execute')""";
        one(sql, row -> {
            String login = row.getString(1);
            require(row.getBoolean(2), login, "see replication statistics", "grant pg_monitor to \"" + login + "\"");
            require(
                    row.getBoolean(3),
                    login,
                    "promote",
                    "grant execute on function pg_promote(boolean, integer) to \"" + login + "\"");
            return login;
        });
    }

    private void require(boolean isAllowed, String login, String what, String remedy) {
        if (!isAllowed) {
            throw new AdapterException.Permanent(
                    Cause.NOT_PERMITTED,
                    "database " + member.id() + ": the login " + login + " may not " + what + ": " + remedy);
        }
    }

    PostgresMember member() {
        return member;
    }

    /** How long there is left, 0 or more. */
    Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
    }

    /** A process can stand still between any two statements: none that changes something is sent after its time. */
    void requireTimeLeft() {
        if (remaining().isZero()) {
            throw new AdapterException.Transient(
                    Cause.TIMEOUT, "database " + member.id() + ": no time was left to change anything");
        }
    }

    /** Reads a value from a row. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet result) throws SQLException;
    }

    /** Returns all rows. */
    <T> List<T> all(String sql, Row<T> row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(row.read(result));
            }
            return rows;
        }
    }

    /** Returns the only row. */
    <T> T one(String sql, Row<T> row) throws SQLException {
        List<T> rows = all(sql, row);
        if (rows.size() != 1) {
            throw new SQLException("one row was expected, not " + rows.size());
        }
        return rows.get(0);
    }

    /** A setting's value, as it is for this session. */
    String setting(String name) throws SQLException {
        return one("select current_setting('" + name + "')", row -> row.getString(1));
    }

    boolean isReplica() throws SQLException {
        return one("select pg_is_in_recovery()", row -> row.getBoolean(1));
    }

    /**
     * Sends what changes something.
     *
     * @throws AdapterException.Transient if its time is over: then it is not sent
     */
    void execute(String sql) throws SQLException {
        requireTimeLeft();
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Waits until something is there, for as long as there is time. */
    <T> Optional<T> await(Poll<T> poll) throws SQLException, InterruptedException {
        while (true) {
            Optional<T> found = poll.look();
            if (found.isPresent() || remaining().compareTo(Poll.PAUSE.multipliedBy(2)) < 0) {
                return found;
            }
            Thread.sleep(Poll.PAUSE.toMillis());
        }
    }

    /** Looks for something. */
    @FunctionalInterface
    interface Poll<T> {
        Duration PAUSE = Duration.ofMillis(50);

        Optional<T> look() throws SQLException;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
