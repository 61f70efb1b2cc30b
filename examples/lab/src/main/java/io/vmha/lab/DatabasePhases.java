package io.vmha.lab;

import io.vmha.lab.CenterClient.Database;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes faults of the replication while users' requests flow, and waits each time until the center sees them, and then until it sees them
 * gone. Nothing is to move for any of them: the primary's database writes on.
 */
final class DatabasePhases {
    private static final Duration STEADY = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Past what the center lets a database be behind that takes over. */
    private static final Duration FAR = Duration.ofSeconds(5);

    private static final Duration NEAR = Duration.ofSeconds(2);
    private static final int ROWS = 10;

    private final RunningLab lab;
    private final DatabaseTier databases;
    private final CenterClient center;
    private final RequestLoad users;

    DatabasePhases(RunningLab lab, CenterClient center, RequestLoad users) {
        this.lab = lab;
        this.databases = lab.databases();
        this.center = center;
        this.users = users;
    }

    /** The stream to the standby's database breaks while commits do not wait for it. */
    void breakStream() {
        databases.makeAsynchronous();
        awaitCommitRule("NONE");
        lab.mark("h", "the stream to the standby's database breaks", List.of());
        databases.cut(DatabaseTier.STANDBY, DatabaseTier.PRIMARY, true);
        await(
                "the standby's database is not known to be near",
                DatabaseTier.STANDBY,
                database ->
                        database.lag().filter(lag -> lag.compareTo(FAR) <= 0).isEmpty());
        databases.cut(DatabaseTier.STANDBY, DatabaseTier.PRIMARY, false);
        awaitNear(DatabaseTier.STANDBY);
        databases.makeSynchronous(DatabaseTier.PRIMARY);
        awaitCommitRule("PRIORITY");
        RunningLab.pause(STEADY);
    }

    /** The standby's database receives all and applies nothing, and the one below it is cut off. */
    void pauseCascade() {
        lab.mark("i", "the standby's database applies nothing, and the one below it is cut off", List.of());
        databases.pauseReplay(DatabaseTier.STANDBY, true);
        databases.cut(DatabaseTier.READER, DatabaseTier.STANDBY, true);
        await(
                "the standby's database is known to be behind",
                DatabaseTier.STANDBY,
                database ->
                        database.lag().filter(lag -> lag.compareTo(NEAR) > 0).isPresent());
        await(
                "the one below it is not known to be near",
                DatabaseTier.READER,
                database ->
                        database.lag().filter(lag -> lag.compareTo(NEAR) <= 0).isEmpty());
        databases.pauseReplay(DatabaseTier.STANDBY, false);
        databases.cut(DatabaseTier.READER, DatabaseTier.STANDBY, false);
        awaitNear(DatabaseTier.STANDBY);
        awaitNear(DatabaseTier.READER);
        RunningLab.pause(STEADY);
    }

    /** Commits wait for any one of two replicas, and one of them is stopped. */
    void stopOneOfTwo() {
        databases.moveReader(DatabaseTier.PRIMARY);
        databases.makeQuorum();
        awaitCommitRule("QUORUM");
        lab.mark("j", "one of the two replicas is stopped of which commits wait for any", List.of());
        databases.stop(DatabaseTier.STANDBY);
        await(
                "the standby's database does not answer",
                DatabaseTier.STANDBY,
                database -> database.role().equals("UNKNOWN"));
        long before = users.committed();
        Waiting.until("rows are committed all the same", LIMIT, () -> users.committed() >= before + ROWS);
        databases.start(DatabaseTier.STANDBY);
        awaitNear(DatabaseTier.STANDBY);
        databases.makeSynchronous(DatabaseTier.PRIMARY);
        awaitCommitRule("PRIORITY");
        databases.moveReader(DatabaseTier.STANDBY);
        awaitNear(DatabaseTier.READER);
        RunningLab.pause(STEADY);
    }

    private void awaitNear(String database) {
        await(database + " follows closely", database, found -> found.isWithin(NEAR));
    }

    private void awaitCommitRule(String kind) {
        await(
                "commits are acknowledged by the rule " + kind,
                DatabaseTier.PRIMARY,
                database -> database.commitRule().equals(kind));
    }

    private void await(String what, String database, Predicate<Database> holds) {
        Waiting.until(what, LIMIT, () -> holds.test(center.state().database(database)));
    }
}
