package io.vmha.adapter.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Promotion;
import io.vmha.model.CommitRule;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.PossibleLoss;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import io.vmha.model.Synchrony;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On real servers. */
@Tag("lab")
class PostgresClusterTest {
    private static final MemberId PRIMARY = MemberId.of("primary");
    private static final MemberId STANDBY = MemberId.of("standby");
    private static final MemberId THIRD = MemberId.of("third");
    private static final int MEGABYTE = 1 << 20;

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
    void aNewReaderOfABrokenStreamSeesHowMuchIsMissing() {
        lab.breakStream("standby");
        write("primary", 60 * MEGABYTE);

        assertThat(known(lab.cluster().build().read(call()), STANDBY)).satisfies(lag -> {
            assertThat(lag.unreceivedBytes()).isGreaterThan(60L * MEGABYTE);
            assertThat(lag.time()).isPositive();
        });
    }

    @Test
    void aLoginThatMaySeeNoStatisticsIsRefusedAndNothingIsReadAsNone() {
        lab.execute("primary", "create role watcher login password 'watching'");
        awaitSource(lab.cluster().build(), STANDBY, PRIMARY);
        PostgresCluster cluster = lab.cluster("watcher", "watching").build();

        assertNotPermitted(() -> cluster.check(call()), "login watcher", "grant pg_monitor to \"watcher\"");
        DatabaseMember unread = cluster.read(call()).requireMember(STANDBY);
        assertThat(unread.role().role()).isEqualTo(DatabaseRole.UNKNOWN);
        assertThat(unread.problem().orElseThrow()).contains("grant pg_monitor");
        lab.execute("primary", "grant pg_monitor to watcher");
        awaitReplayed();
        assertNotPermitted(() -> cluster.check(call()), "login watcher", "pg_promote");
        lab.execute("primary", "grant execute on function pg_promote(boolean, integer) to watcher");
        awaitReplayed();
        cluster.check(call());
        awaitSource(cluster, STANDBY, PRIMARY);
    }

    /** Until the replica has what the primary's catalog says. */
    private void awaitReplayed() {
        PostgresCluster cluster = lab.cluster().build();
        await().until(() -> known(cluster.read(call()), STANDBY).bytes() == 0);
    }

    private static void assertNotPermitted(ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Cause.NOT_PERMITTED))
                .hasMessageContainingAll(words);
    }

    @Test
    void aReplicaBelowAPausedOneLagsBehindTheWriter() {
        lab.addReplica("third", "standby");
        PostgresCluster cluster = lab.cluster().build();
        awaitSource(cluster, THIRD, STANDBY);
        lab.execute("standby", "select pg_wal_replay_pause()");
        lab.execute("third", "select pg_wal_replay_pause()");
        write("primary", 2 * MEGABYTE);

        await().untilAsserted(() -> {
            ReplicaSet set = cluster.read(call());
            for (MemberId replica : List.of(STANDBY, THIRD)) {
                assertThat(known(set, replica).bytes()).isGreaterThan(2L * MEGABYTE);
                assertThat(known(set, replica).time()).isPositive();
            }
            assertThat(set.requireMember(THIRD).source()).contains(STANDBY);
            assertThat(set.requireMember(THIRD).synchrony()).isEqualTo(Synchrony.ASYNCHRONOUS);
            assertThat(set.requireMember(THIRD).standing()).isEqualTo(MemberStanding.CURRENT);
        });
    }

    @Test
    void aReplicaBelowOneThatIsGoneLagsBehindTheWriter() {
        lab.addReplica("third", "standby");
        awaitSource(lab.cluster().build(), THIRD, STANDBY);
        lab.server("stop", "standby");
        write("primary", 2 * MEGABYTE);

        ReplicaSet set = lab.cluster().build().read(call());
        assertThat(known(set, THIRD).unreceivedBytes()).isGreaterThan(2L * MEGABYTE);
        assertThat(set.requireMember(THIRD).source()).isEmpty();
    }

    @Test
    void aQuorumIsNoPromiseThatThisReplicaHasEverything() throws Exception {
        lab.addReplica("third", "primary");
        lab.execute("primary", "alter system set synchronous_standby_names = 'ANY 1 (standby, third)'");
        lab.execute("primary", "select pg_reload_conf()");
        PostgresCluster cluster = lab.cluster().build();
        await().untilAsserted(() -> {
            ReplicaSet set = cluster.read(call());
            assertThat(set.requireMember(STANDBY).synchrony()).isEqualTo(Synchrony.QUORUM);
            assertThat(rule(set)).satisfies(rule -> {
                assertThat(rule.kind()).isEqualTo(CommitRule.Kind.QUORUM);
                assertThat(rule.required()).isEqualTo(1);
                assertThat(rule.candidates()).containsExactlyInAnyOrder(STANDBY, THIRD);
            });
        });

        try (AutoCloseable stopped = lab.stopReceiver("standby")) {
            assertThat(stopped).isNotNull();
            lab.execute("primary", "insert into numbers select generate_series(1, 60000)");
            ReplicaSet set = cluster.read(call());
            assertThat(known(set, STANDBY).unreceivedBytes()).isGreaterThan(MEGABYTE);
            assertThat(set.requireMember(STANDBY).synchrony()).isNotEqualTo(Synchrony.SYNCHRONOUS);
            assertThat(set.possibleLoss(STANDBY, Instant.now()).kind()).isNotEqualTo(PossibleLoss.Kind.NONE);
            lab.server("kill", "primary");

            // The receiver stays stopped: let go, it would find in its socket what the primary had already sent.
            Instant end = Instant.now();
            ReplicaSet left = cluster.read(call());
            assertThat(left.possibleLoss(THIRD, end).kind()).isEqualTo(PossibleLoss.Kind.NONE);
            assertThat(left.possibleLoss(STANDBY, end).kind()).isEqualTo(PossibleLoss.Kind.AT_MOST);
            assertThat(left.candidates()).first().extracting(DatabaseMember::id).isEqualTo(THIRD);
        }
    }

    @Test
    void oneNamedReplicaThatAllCommitsWaitForHasEverythingWhenTheWriterIsGone() {
        lab.makeSynchronous();
        PostgresCluster cluster = lab.cluster().build();
        await().untilAsserted(() -> assertThat(
                        cluster.read(call()).requireMember(STANDBY).synchrony())
                .isEqualTo(Synchrony.SYNCHRONOUS));
        lab.server("kill", "primary");

        assertThat(cluster.read(call()).possibleLoss(STANDBY, Instant.now()).kind())
                .isEqualTo(PossibleLoss.Kind.NONE);
        ReplicaSet never = lab.cluster().build().read(call());
        assertThat(never.possibleLoss(STANDBY, Instant.now()).kind()).isEqualTo(PossibleLoss.Kind.UNKNOWN);
    }

    @Test
    void commitsThatWaitForNobodyAreNotSynchronousWhoeverIsNamed() {
        lab.makeSynchronous();
        PostgresCluster cluster = lab.cluster().build();
        awaitSynchrony(cluster, Synchrony.SYNCHRONOUS);
        assertThat(rule(cluster.read(call())).isDurableElsewhere()).isTrue();

        for (String weak : List.of("local", "off")) {
            lab.execute("primary", "alter system set synchronous_commit = " + weak);
            lab.execute("primary", "select pg_reload_conf()");
            awaitSynchrony(cluster, Synchrony.ASYNCHRONOUS);
            assertThat(rule(cluster.read(call())).isDurableElsewhere()).isFalse();
            lab.execute("primary", "alter system reset synchronous_commit");
            lab.execute("primary", "select pg_reload_conf()");
            awaitSynchrony(cluster, Synchrony.SYNCHRONOUS);
        }
        // Another login's, which this one does not have itself.
        lab.execute("primary", "create role application login password 'x'");
        lab.execute("primary", "alter role application set synchronous_commit = local");
        awaitSynchrony(cluster, Synchrony.ASYNCHRONOUS);
        lab.execute("primary", "alter role application set synchronous_commit = remote_write");
        awaitSynchrony(cluster, Synchrony.SYNCHRONOUS);
        assertThat(rule(cluster.read(call())).durability()).isEqualTo(CommitRule.Durability.WRITTEN);
        assertThat(rule(cluster.read(call())).isDurableElsewhere()).isFalse();
    }

    private void awaitSynchrony(PostgresCluster cluster, Synchrony expected) {
        await().untilAsserted(() -> assertThat(
                        cluster.read(call()).requireMember(STANDBY).synchrony())
                .isEqualTo(expected));
    }

    @Test
    void aReplicaThatDidNotFollowThePromotionIsNoCandidateUntilItDoes() {
        lab.addReplica("third", "primary");
        PostgresCluster cluster = lab.cluster().build();
        awaitSource(cluster, THIRD, PRIMARY);
        awaitSource(cluster, STANDBY, PRIMARY);
        lab.server("kill", "primary");
        cluster.promote(new Promotion(STANDBY, Set.of(PRIMARY), 1), call());

        ReplicaSet set = cluster.read(call());
        assertThat(set.requireMember(THIRD).lag())
                .hasValueSatisfying(lag -> assertThat(lag)
                        .isInstanceOfSatisfying(
                                ReplicaLag.Unknown.class,
                                unknown -> assertThat(unknown.cause()).isEqualTo(ReplicaLag.Cause.OTHER_TIMELINE)));
        assertThat(set.candidates()).isEmpty();
        lab.server("stop", "standby");
        assertThatThrownBy(() -> cluster.promote(new Promotion(THIRD, Set.of(PRIMARY, STANDBY), 0), call()))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("has to rejoin");
        // Nor for one that has seen nothing itself, and is told.
        PostgresCluster fresh = lab.cluster().build();
        assertThatThrownBy(() -> fresh.promote(new Promotion(THIRD, Set.of(PRIMARY, STANDBY), 2), call()))
                .isInstanceOf(AdapterException.Permanent.class);
        lab.server("start", "standby");
        cluster.rejoin(THIRD, STANDBY, call());
        awaitSource(cluster, THIRD, STANDBY);
        assertThat(cluster.read(call()).candidates())
                .extracting(DatabaseMember::id)
                .containsExactly(THIRD);
    }

    @Test
    void aWriterThatCannotBeRewoundIsCopied() {
        lab.execute("primary", "create table wide (text text)");
        PostgresCluster cluster = lab.cluster().build();
        awaitSource(cluster, STANDBY, PRIMARY);
        lab.server("kill", "primary");
        cluster.promote(new Promotion(STANDBY, Set.of(PRIMARY), 1), call());
        write("standby", MEGABYTE);
        lab.spoilForRewind("primary");

        assertThat(cluster.rejoin(PRIMARY, STANDBY, call())).hasToString("COPIED");
        awaitSource(cluster, PRIMARY, STANDBY);
        assertThat(lab.value("primary", "show cluster_name")).isEqualTo("primary");
    }

    @Test
    void noAcknowledgedRowIsLostInASwitchoverUnderLoad() {
        PostgresCluster cluster = lab.cluster().build();
        awaitSource(cluster, STANDBY, PRIMARY);
        List<Integer> acknowledged = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            for (int number = 1; !isOver.get(); number++) {
                if (lab.write("primary", number) || lab.write("standby", number)) {
                    acknowledged.add(number);
                }
            }
        });
        await().until(() -> acknowledged.size() > 20);

        cluster.holdWrites(PRIMARY, call());
        await().until(() -> known(cluster.read(call()), STANDBY).unreceivedBytes() == 0);
        LogPosition end = cluster.demote(PRIMARY, STANDBY, call());
        await().until(() -> cluster.read(call())
                .requireMember(STANDBY)
                .position()
                .orElseThrow()
                .includes(end));
        cluster.promote(new Promotion(STANDBY, Set.of(), 1), call());
        int before = acknowledged.size();
        await().until(() -> acknowledged.size() > before + 20);
        isOver.set(true);
        load.join();

        assertThat(lab.numbers("standby")).containsAll(acknowledged).doesNotHaveDuplicates();
        await().untilAsserted(() -> assertThat(lab.numbers("primary")).isEqualTo(lab.numbers("standby")));
    }

    @Test
    void aTransactionThatDoesNotEndHasTheHoldGivenUp() {
        PostgresCluster cluster = lab.cluster().build();
        lab.withTransaction(
                "primary",
                "insert into numbers values (1)",
                () -> assertThatThrownBy(() -> cluster.holdWrites(PRIMARY, CallContext.within(Duration.ofSeconds(4))))
                        .hasMessageContaining("did not end"));

        assertThat(cluster.read(call()).requireMember(PRIMARY).holdsWrites()).isFalse();
        assertThat(lab.write("primary", 2)).isTrue();
    }

    @Test
    void aServerOfAnotherDatabaseIsRefused() {
        lab.addStranger("stranger");
        PostgresCluster cluster = lab.cluster().build();

        assertThatThrownBy(() -> cluster.check(call()))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("database stranger is no copy");
        ReplicaSet set = cluster.read(call());
        assertThat(set.writer().map(DatabaseMember::id)).contains(PRIMARY);
        assertThat(set.requireMember(MemberId.of("stranger")).role().role()).isEqualTo(DatabaseRole.UNKNOWN);
    }

    @Test
    void aWrongPasswordIsSaidWithoutIt() {
        PostgresCluster cluster = PostgresCluster.builder(PostgresLab.SET)
                .member(PostgresMember.of(PRIMARY, lab.connections("primary", "wrong-secret")))
                .build();

        assertThatThrownBy(() -> cluster.check(call()))
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Cause.NOT_PERMITTED))
                .hasMessageNotContaining("wrong-secret")
                .hasStackTraceContaining("authentication");
        assertThat(cluster.read(call()).toString()).doesNotContain("wrong-secret");
    }

    /** Writes so many bytes of log at least. */
    private void write(String server, int bytes) {
        lab.execute(server, "create table if not exists filler (text text)");
        lab.execute(
                server,
                "insert into filler select repeat('x', 1000) from generate_series(1, " + (bytes / 1_000 + 1) + ")");
    }

    private static ReplicaLag.Known known(ReplicaSet set, MemberId member) {
        ReplicaLag lag = set.requireMember(member).lag().orElseThrow();
        assertThat(lag).isInstanceOf(ReplicaLag.Known.class);
        return (ReplicaLag.Known) lag;
    }

    private static CommitRule rule(ReplicaSet set) {
        return set.commitRule().map(ObservedCommitRule::rule).orElseThrow();
    }

    private static void awaitSource(PostgresCluster cluster, MemberId replica, MemberId source) {
        await().until(() -> cluster.read(call()).requireMember(replica).source().equals(Optional.of(source)));
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(20));
    }
}
