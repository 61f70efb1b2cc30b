package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import java.sql.SQLException;
import java.util.Optional;

/** Promotes a server and sees to it that it accepts writes. Confined. */
final class PromotionRun {
    /** From this version on a promotion ends a pause of replay by itself. */
    private static final int PROMOTION_RESUMES = 130_000;

    private static final String TIMELINES = """
            select (select timeline_id from pg_control_checkpoint()),
                   ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int""";

    private final PostgresSession session;

    PromotionRun(PostgresSession session) {
        this.session = session;
    }

    boolean run() throws SQLException, InterruptedException {
        if (session.isReplica()) {
            resume();
            long seconds = Math.max(1, session.remaining().toSeconds());
            session.requireTimeLeft();
            session.one("select pg_promote(true, " + seconds + ")", row -> row.getBoolean(1));
            if (session.isReplica()) {
                throw new AdapterException.OutcomeUnknown(
                        Cause.TIMEOUT, "database " + session.member().id() + " was not promoted in time");
            }
        }
        WriteHold hold = new WriteHold(session);
        // Left over from a switchover in which it was the old writer.
        if (hold.isHeld()) {
            release(hold);
        }
        return true;
    }

    private void release(WriteHold hold) throws InterruptedException {
        try {
            hold.end();
        } catch (SQLException | AdapterException stillHeld) {
            // It is the writer by now: that must not pass for nothing done.
            throw PostgresErrors.unknownOutcome(
                    session.member().id(), "its writes were released after its promotion", stillHeld);
        }
    }

    private void resume() throws SQLException {
        if (Integer.parseInt(session.setting("server_version_num")) < PROMOTION_RESUMES
                && session.one("select pg_is_wal_replay_paused()", row -> row.getBoolean(1))) {
            session.execute("select pg_wal_replay_resume()");
        }
    }

    /** Waits until a writer has its timeline in its control file, by a checkpoint of its own if it may ask for none. */
    boolean requireTimelineOnDisk() throws SQLException, InterruptedException {
        if (!isTimelineOnDisk()) {
            try {
                session.execute("checkpoint");
            } catch (SQLException mayNot) {
                // The promotion has asked for one, which takes its time.
                session.await(() -> isTimelineOnDisk() ? Optional.of(true) : Optional.empty());
            }
        }
        if (!isTimelineOnDisk()) {
            throw new AdapterException.Transient(
                    Cause.BUSY,
                    "database " + session.member().id() + " has not ended the checkpoint after its promotion");
        }
        return true;
    }

    private boolean isTimelineOnDisk() throws SQLException {
        return session.one(TIMELINES, row -> row.getInt(1) == row.getInt(2));
    }
}
