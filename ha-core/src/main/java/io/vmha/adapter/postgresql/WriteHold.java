package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Has a server begin no more transactions that write, by {@code default_transaction_read_only}, and lets it again. A client
 * can ask for a writing transaction all the same: it is no fence. Survives a restart of the server. Confined.
 */
final class WriteHold {
    private static final String SETTING = "default_transaction_read_only";
    /** How long after the setting a server process may still begin a transaction that has not heard of it. */
    private static final Duration HEARD = Duration.ofMillis(500);
    /** How much of a call is left to release the writes again where those that had begun do not end. */
    private static final Duration FOR_RELEASE = Duration.ofSeconds(1);

    private final PostgresSession session;

    WriteHold(PostgresSession session) {
        this.session = session;
    }

    /**
     * Holds writes, and waits until the transactions have ended that may still write.
     *
     * @throws AdapterException.Transient if they did not end in time; then nothing is held
     */
    void begin() throws SQLException, InterruptedException {
        session.execute("alter system set " + SETTING + " = on");
        session.execute("select pg_reload_conf()");
        String heard = session.one(
                "select (clock_timestamp() + interval '" + HEARD.toMillis() + " milliseconds')::text",
                row -> row.getString(1));
        String writing = "select count(*), clock_timestamp() > timestamptz '" + heard + "' from pg_stat_activity"
                + " where backend_type = 'client backend' and pid <> pg_backend_pid() and xact_start is not null"
                + " and xact_start < timestamptz '" + heard + "'";
        while (true) {
            boolean isQuiet = session.one(writing, row -> row.getLong(1) == 0 && row.getBoolean(2));
            if (isQuiet) {
                return;
            }
            if (session.remaining().compareTo(FOR_RELEASE) < 0) {
                end();
                throw new AdapterException.Permanent(
                        Cause.BUSY,
                        "database " + session.member().id()
                                + ": transactions that had begun did not end; its writes are not held");
            }
            Thread.sleep(PostgresSession.Poll.PAUSE.toMillis());
        }
    }

    /**
     * Lets it write again.
     *
     * @throws AdapterException.Permanent if its configuration says otherwise
     */
    void end() throws SQLException, InterruptedException {
        session.execute("alter system reset " + SETTING);
        session.execute("select pg_reload_conf()");
        Optional<String> off =
                session.await(() -> Optional.of(session.setting(SETTING)).filter("off"::equals));
        if (off.isEmpty()) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED,
                    "database " + session.member().id() + ": " + SETTING + " is on in its own configuration");
        }
    }

    boolean isHeld() throws SQLException {
        return "on".equals(session.setting(SETTING));
    }
}
