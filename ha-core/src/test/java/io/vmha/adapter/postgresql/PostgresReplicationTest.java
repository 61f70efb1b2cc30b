package io.vmha.adapter.postgresql;

import static io.vmha.adapter.postgresql.PostgresLab.DB11;
import static io.vmha.adapter.postgresql.PostgresLab.DB31;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.ReplicationLag;
import io.vmha.model.VmId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On two real servers. */
@Tag("lab")
class PostgresReplicationTest {
    private static final CallContext CALL = CallContext.within(Duration.ofSeconds(20));

    private PostgresLab lab;

    @BeforeEach
    void begin() {
        lab = new PostgresLab();
    }

    @AfterEach
    void end() {
        lab.close();
    }

    @Test
    void aSynchronousReplicaThatHasEverythingHasNoLag() {
        lab.makeSynchronous();
        lab.execute("primary", "insert into numbers values (1)");
        PostgresReplication replication = lab.replication().build();

        await().until(
                        () -> replication.lag(DB31, CALL).orElseThrow(),
                        new ReplicationLag(Duration.ZERO, 0, true)::equals);
    }

    @Test
    void aSourceIsNoReplica() {
        assertThat(lab.replication().build().lag(DB11, CALL)).isEmpty();
    }

    @Test
    void aReplicaThatDoesNotApplyWhatItGetsLagsInBytesAndTime() {
        PostgresReplication replication = lab.replication().build();
        lab.execute("standby", "select pg_wal_replay_pause()");
        lab.execute("primary", "insert into numbers select generate_series(1, 1000)");

        await().untilAsserted(() -> assertThat(replication.lag(DB31, CALL)).hasValueSatisfying(lag -> {
            assertThat(lag.bytes()).isGreaterThan(50_000);
            assertThat(lag.time()).isPositive();
            assertThat(lag.isSynchronous()).isFalse();
        }));
    }

    @Test
    void nothingIsMissingFromAReplicaWhoseSynchronousSourceIsGone() {
        lab.makeSynchronous();
        PostgresReplication replication = lab.replication().build();
        await().until(() -> replication.lag(DB31, CALL).orElseThrow().isSynchronous());
        lab.server("kill", "primary");

        assertThat(replication.lag(DB31, CALL)).contains(new ReplicationLag(Duration.ZERO, 0, true));
    }

    @Test
    void whatAnAsynchronousSourceMayHaveTakenSinceItWasLastSeenCountsAsLag() {
        Instant[] now = {Instant.EPOCH};
        PostgresReplication replication = lab.replication().clock(() -> now[0]).build();
        await().until(() -> replication.lag(DB31, CALL).isPresent());
        lab.server("kill", "primary");
        now[0] = Instant.EPOCH.plusSeconds(40);

        assertThat(replication.lag(DB31, CALL).orElseThrow().time()).isGreaterThanOrEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void thePromotedDatabaseAcceptsWritesAndTheFencedOneIsGone() {
        lab.replication().build().promote(DB31, CALL);

        lab.execute("standby", "insert into numbers values (7)");
        assertThat(lab.numbers("standby")).containsExactly(7);
        assertThatThrownBy(() -> lab.numbers("primary")).hasMessageContaining("refused");
    }

    @Test
    void promotingTwiceIsPromotingOnce() {
        List<String> fenced = new ArrayList<>();
        PostgresReplication replication = lab.replication()
                .fence((database, call) -> {
                    fenced.add(database);
                    lab.server("stop", database);
                })
                .build();
        replication.promote(DB31, CALL);
        replication.promote(DB31, CALL);

        assertThat(fenced).containsExactly("primary");
    }

    @Test
    void nothingIsPromotedWhileItsSourceCannotBeFenced() {
        PostgresReplication replication = lab.replication()
                .fence((database, call) -> {
                    throw new AdapterException.Transient(Cause.UNREACHABLE, "the power strip does not answer");
                })
                .build();

        assertThatThrownBy(() -> replication.promote(DB31, CALL)).hasMessage("the power strip does not answer");
        assertThat(replication.lag(DB31, CALL)).isPresent();
    }

    @Test
    void aFenceThatLiesIsFoundOut() {
        PostgresReplication replication =
                lab.replication().fence((database, call) -> {}).build();

        assertThatThrownBy(() -> replication.promote(DB31, CALL))
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Cause.IN_USE))
                .hasMessageContaining("primary still accepts writes");
        assertThat(replication.lag(DB31, CALL)).isPresent();
    }

    @Test
    void noAcknowledgedRowIsLostWhenTheSourceIsKilledUnderWrites() throws Exception {
        lab.makeSynchronous();
        List<Integer> acknowledged = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> writeUntilItFails(acknowledged));
        await().until(() -> acknowledged.size() > 50);
        lab.server("kill", "primary");
        writer.join();

        lab.replication().fence((database, call) -> {}).build().promote(DB31, CALL);

        assertThat(lab.numbers("standby")).containsAll(acknowledged);
    }

    private void writeUntilItFails(List<Integer> acknowledged) {
        try (Connection connection = lab.connections("primary", lab.password()).getConnection();
                Statement statement = connection.createStatement()) {
            for (int number = 1; ; number++) {
                statement.execute("insert into numbers values (" + number + ")");
                acknowledged.add(number);
            }
        } catch (SQLException killed) {
            assertThat(acknowledged).isNotEmpty();
        }
    }

    @Test
    void theOldSourceComesBackAsAReplicaWithoutWhatOnlyItHad() {
        lab.server("stop", "standby");
        lab.execute("primary", "insert into numbers values (1)");
        lab.server("kill", "primary");
        lab.server("start", "standby");
        PostgresReplication replication =
                lab.replication().fence((database, call) -> {}).build();
        replication.promote(DB31, CALL);
        lab.execute("standby", "insert into numbers values (2)");

        lab.comeBack("primary", "standby");

        await().untilAsserted(() -> assertThat(lab.numbers("primary")).containsExactly(2));
        assertThat(replication.lag(DB11, CALL)).isPresent();
    }

    @Test
    void aDatabaseThatIsDownIsWorthARetry() {
        lab.server("stop", "standby");

        assertThatThrownBy(() -> lab.replication().build().promote(DB31, CALL))
                .isInstanceOf(AdapterException.Transient.class)
                .hasMessageContaining("database standby");
    }

    @Test
    void aRefusedLoginIsSaidWithoutThePassword() {
        PostgresReplication replication = PostgresReplication.builder()
                .database(new PostgresDatabase(
                        "standby", lab.connections("standby", "wrong-secret"), "standby", Set.of(DB31)))
                .fence((database, call) -> {})
                .build();

        assertThatThrownBy(() -> replication.lag(DB31, CALL))
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Cause.NOT_PERMITTED))
                .hasMessageNotContaining("wrong-secret");
    }

    @Test
    void aMachineWithoutADatabaseIsRefusedForGood() {
        assertThatThrownBy(() -> lab.replication().build().lag(VmId.of("mw11"), CALL))
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Cause.UNKNOWN_SUBJECT));
    }
}
