package io.vmha.testkit.contract;

import static io.vmha.testkit.contract.LateCalls.assertNotBegun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.RejoinMethod;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.ReplicaLag;
import io.vmha.model.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every database cluster must do, whoever wrote it: say what is known and what is not, let no two members write, lose
 * nothing in a switchover, and not take a writer that was replaced for a member before it has rejoined.
 *
 * <p>To test a cluster of your own, extend this class, and return a {@link DatabaseTestbed}
 * from {@link #newTestbed()}; it is made anew for each test.
 */
public abstract class DatabaseClusterContractTest {
    private static final MemberId NOBODY = MemberId.of("no-such-member");

    private DatabaseTestbed testbed;
    private DatabaseCluster cluster;
    private MemberId primary;
    private MemberId standby;

    /** For the test of an implementation. */
    protected DatabaseClusterContractTest() {}

    /** Returns a testbed in the state that {@link DatabaseTestbed} describes. */
    protected abstract DatabaseTestbed newTestbed();

    @BeforeEach
    void begin() {
        testbed = newTestbed();
        cluster = testbed.cluster();
        primary = testbed.primary();
        standby = testbed.standby();
    }

    @AfterEach
    void end() {
        testbed.close();
    }

    @Test
    void theWriterAndItsReplicaAreReadWithWhoSawThemAndWhen() {
        write(primary, 1);
        ReplicaSet set = awaitCaughtUp();

        DatabaseMember writer = set.writer().orElseThrow();
        DatabaseMember replica = set.requireMember(standby);
        assertThat(writer.id()).isEqualTo(primary);
        assertThat(writer.role().by()).isNotBlank();
        assertThat(replica.role().role()).isEqualTo(DatabaseRole.REPLICA);
        assertThat(replica.standing()).isEqualTo(MemberStanding.CURRENT);
        assertThat(replica.source()).contains(primary);
        assertThat(replica.lag().orElseThrow().at()).isEqualTo(replica.role().at());
        assertThat(set.timeline()).isEqualTo(writer.position().orElseThrow().timeline());
        assertThat(cluster.declared().memberIds()).containsExactlyInAnyOrder(primary, standby);
        cluster.check(call());
    }

    @Test
    void aReplicaWhoseStreamIsBrokenLagsForAReaderThatNeverSawItBefore() {
        awaitCaughtUp();
        testbed.breakStream();
        for (int number = 1; number <= 20; number++) {
            write(primary, number);
        }

        DatabaseMember replica = testbed.newCluster().read(call()).requireMember(standby);
        assertThat(replica.lag()).containsInstanceOf(ReplicaLag.Known.class).hasValueSatisfying(lag -> {
            assertThat(lag.lastKnown().orElseThrow().unreceivedBytes()).isPositive();
            assertThat(lag.lastKnown().orElseThrow().time()).isPositive();
        });
        assertThat(replica.source()).isEmpty();
        testbed.mendStream();
        awaitCaughtUp();
    }

    @Test
    void theLagOfAReplicaWhoseWriterIsGoneIsUnknownBesideWhatWasKnown() {
        awaitCaughtUp();
        testbed.kill(primary);

        assertThat(cluster.read(call()).requireMember(standby).lag().orElseThrow())
                .isInstanceOfSatisfying(ReplicaLag.Unknown.class, lag -> {
                    assertThat(lag.cause()).isEqualTo(ReplicaLag.Cause.WRITER_NOT_SEEN);
                    assertThat(lag.lastKnown()).isPresent();
                });
        DatabaseMember fresh = testbed.newCluster().read(call()).requireMember(standby);
        assertThat(fresh.lag().orElseThrow().lastKnown()).isEmpty();
        DatabaseMember gone = cluster.read(call()).requireMember(primary);
        assertThat(gone.role().role()).isEqualTo(DatabaseRole.UNKNOWN);
        assertThat(gone.problem()).isPresent();
        assertThat(gone.mayWrite()).isTrue();
    }

    @Test
    void nothingIsPromotedBesideAMemberThatWrites() {
        awaitCaughtUp();

        assertRefused(Cause.IN_USE, () -> cluster.promote(promotion(standby), call()));
        assertRefused(Cause.IN_USE, () -> cluster.promote(promotion(standby, primary), call()));
        assertThat(roleOf(standby)).isEqualTo(DatabaseRole.REPLICA);
    }

    @Test
    void nothingIsPromotedBesideAMemberThatIsSilentAndNotConfirmedOff() {
        awaitCaughtUp();
        testbed.kill(primary);

        assertThatThrownBy(() -> cluster.promote(promotion(standby), call()))
                .isInstanceOf(AdapterException.Transient.class)
                .hasMessageContaining(primary.value());
        assertThat(roleOf(standby)).isEqualTo(DatabaseRole.REPLICA);
    }

    @Test
    void aReplicaIsPromotedOnceAllOthersAreConfirmedOff() {
        write(primary, 1);
        long before = awaitCaughtUp().timeline();
        testbed.kill(primary);
        cluster.promote(promotion(standby, primary), call());
        cluster.promote(promotion(standby, primary), call());

        ReplicaSet set = cluster.read(call());
        assertThat(set.writer().map(DatabaseMember::id)).contains(standby);
        assertThat(set.timeline()).isEqualTo(before + 1);
        write(standby, 2);
        assertThat(testbed.numbers(standby)).containsExactly(1, 2);
    }

    @Test
    void aReplacedWriterThatComesBackByItselfIsNoMemberUntilItHasRejoined() {
        awaitCaughtUp();
        testbed.breakStream();
        write(primary, 1);
        failOver();
        testbed.start(primary);
        write(standby, 2);

        ReplicaSet set = cluster.read(call());
        assertThat(set.requireMember(primary).standing()).isEqualTo(MemberStanding.DIVERGED);
        assertThat(set.requireMember(primary).role().role()).isEqualTo(DatabaseRole.WRITER);
        assertThat(set.isSplit()).isTrue();
        assertThat(set.writer().map(DatabaseMember::id)).contains(standby);
        assertRefused(Cause.REFUSED, () -> cluster.promote(promotion(primary, standby), call()));
        assertThat(testbed.newCluster().read(call()).writer().map(DatabaseMember::id))
                .contains(standby);

        assertThat(cluster.rejoin(primary, standby, call())).isNotEqualTo(RejoinMethod.FOLLOWING);
        awaitCurrent(primary);
        await().untilAsserted(() -> assertThat(testbed.numbers(primary)).containsExactly(2));
        assertThat(cluster.rejoin(primary, standby, call())).isEqualTo(RejoinMethod.FOLLOWING);
        assertThat(cluster.read(call()).isSplit()).isFalse();
        assertThat(testbed.write(primary, 3)).isFalse();
    }

    @Test
    void aReplacedWriterThatStaysDownRejoinsToo() {
        awaitCaughtUp();
        failOver();
        write(standby, 1);

        cluster.rejoin(primary, standby, call());

        awaitCurrent(primary);
        await().untilAsserted(() -> assertThat(testbed.numbers(primary)).containsExactly(1));
    }

    @Test
    void theWriterDoesNotRejoinAndNobodyRejoinsAReplica() {
        awaitCaughtUp();

        assertRefused(Cause.IN_USE, () -> cluster.rejoin(primary, standby, call()));
        testbed.kill(primary);
        assertThatThrownBy(() -> cluster.rejoin(primary, standby, call())).isInstanceOf(AdapterException.class);
        assertThat(roleOf(standby)).isEqualTo(DatabaseRole.REPLICA);
    }

    @Test
    void aSwitchoverMovesTheWriterWithoutLosingAWrite() {
        write(primary, 1);
        awaitCaughtUp();
        cluster.holdWrites(primary, call());
        assertThat(cluster.read(call()).requireMember(primary).holdsWrites()).isTrue();
        assertThat(testbed.write(primary, 2)).isFalse();
        awaitCaughtUp();
        LogPosition end = cluster.demote(primary, standby, call());
        assertThat(cluster.demote(primary, standby, call()).compareTo(end)).isNotNegative();
        assertThat(testbed.write(primary, 3)).isFalse();
        await().until(() -> cluster.read(call())
                .requireMember(standby)
                .position()
                .orElseThrow()
                .includes(end));
        cluster.promote(promotion(standby), call());

        write(standby, 4);
        assertThat(testbed.numbers(standby)).containsExactly(1, 4);
        awaitCurrent(primary);
        await().untilAsserted(() -> assertThat(testbed.numbers(primary)).containsExactly(1, 4));
        assertThat(cluster.read(call()).writer().map(DatabaseMember::id)).contains(standby);
    }

    @Test
    void aSwitchoverThatIsGivenUpWhileWritesAreHeldHarmsNothing() {
        awaitCaughtUp();
        cluster.holdWrites(primary, call());
        cluster.holdWrites(primary, call());
        cluster.releaseWrites(primary, call());
        cluster.releaseWrites(primary, call());

        assertThat(cluster.read(call()).requireMember(primary).holdsWrites()).isFalse();
        write(primary, 1);
        awaitCaughtUp();
    }

    @Test
    void aSwitchoverThatIsGivenUpAfterTheDemotionHarmsNothing() {
        write(primary, 1);
        awaitCaughtUp();
        cluster.holdWrites(primary, call());
        cluster.demote(primary, standby, call());
        cluster.promote(promotion(primary), call());

        write(primary, 2);
        awaitCurrent(standby);
        awaitCaughtUp();
        assertThat(testbed.numbers(standby)).containsExactly(1, 2);
    }

    @Test
    void aFencedMemberAcceptsNoWritesAndLetsAnotherBePromoted() {
        awaitCaughtUp();
        cluster.fence(primary, call());
        cluster.fence(primary, call());

        assertThat(testbed.write(primary, 1)).isFalse();
        cluster.promote(promotion(standby, primary), call());
        write(standby, 2);
    }

    @Test
    void ofTwoPromotionsAtOnceOneIsDone() throws Exception {
        awaitCaughtUp();
        cluster.demote(primary, standby, call());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> promotions = new ArrayList<>();
            for (MemberId member : List.of(primary, standby)) {
                promotions.add(threads.submit(() -> catchThrowable(() -> cluster.promote(promotion(member), call()))));
            }
            List<Object> failures = new ArrayList<>();
            for (Future<?> promotion : promotions) {
                Optional.ofNullable(promotion.get()).ifPresent(failures::add);
            }
            assertThat(failures).hasSize(1).first().isInstanceOf(AdapterException.class);
        } finally {
            threads.shutdownNow();
        }
        assertThat(cluster.read(call()).isSplit()).isFalse();
        assertThat(cluster.read(call()).writer()).isPresent();
    }

    @Test
    void aCallThatComesTooLateIsNotBegun() {
        awaitCaughtUp();
        assertNotBegun(late -> cluster.check(late));
        assertNotBegun(late -> cluster.read(late));
        assertNotBegun(late -> cluster.holdWrites(primary, late));
        assertNotBegun(late -> cluster.demote(primary, standby, late));
        assertNotBegun(late -> cluster.fence(primary, late));
        write(primary, 1);

        cluster.holdWrites(primary, call());
        assertNotBegun(late -> cluster.releaseWrites(primary, late));
        assertThat(cluster.read(call()).requireMember(primary).holdsWrites()).isTrue();
    }

    @Test
    void aPromotionAndARejoiningThatComeTooLateAreNotBegun() {
        awaitCaughtUp();
        testbed.kill(primary);
        assertNotBegun(late -> cluster.promote(promotion(standby, primary), late));
        assertThat(roleOf(standby)).isEqualTo(DatabaseRole.REPLICA);

        cluster.promote(promotion(standby, primary), call());
        testbed.start(primary);
        assertNotBegun(late -> cluster.rejoin(primary, standby, late));
        assertThat(roleOf(primary)).isEqualTo(DatabaseRole.WRITER);
    }

    @Test
    void aMemberThatItDoesNotKnowIsRefusedForGood() {
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.promote(promotion(NOBODY), call()));
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.promote(promotion(standby, NOBODY), call()));
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.demote(NOBODY, standby, call()));
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.demote(primary, NOBODY, call()));
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.rejoin(NOBODY, primary, call()));
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.rejoin(standby, NOBODY, call()));
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.fence(NOBODY, call()));
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.holdWrites(NOBODY, call()));
        assertRefused(Cause.UNKNOWN_SUBJECT, () -> cluster.releaseWrites(NOBODY, call()));
        assertThat(roleOf(primary)).isEqualTo(DatabaseRole.WRITER);
    }

    @Test
    void aReplicaCannotHoldWrites() {
        assertRefused(Cause.REFUSED, () -> cluster.holdWrites(standby, call()));
    }

    @Test
    void aMemberThatHangsIsUnknownByTheDeadlineAndReadAgainAfterwards() throws Exception {
        awaitCaughtUp();
        Optional<AutoCloseable> hanging = testbed.hang(primary);
        if (hanging.isPresent()) {
            try (AutoCloseable hang = hanging.get()) {
                assertThat(hang).isNotNull();
                ReplicaSet set = cluster.read(CallContext.within(Duration.ofSeconds(2)));
                assertThat(set.requireMember(primary).role().role()).isEqualTo(DatabaseRole.UNKNOWN);
                assertThat(set.requireMember(standby).role().role()).isEqualTo(DatabaseRole.REPLICA);
                assertThatThrownBy(() -> cluster.promote(promotion(standby), CallContext.within(Duration.ofSeconds(4))))
                        .isInstanceOf(AdapterException.Transient.class);
            }
        }
        awaitCaughtUp();
    }

    /** The writer dies, is vouched for to be off, and its replica takes over. */
    private void failOver() {
        testbed.kill(primary);
        cluster.promote(promotion(standby, primary), call());
    }

    private void write(MemberId member, int number) {
        assertThat(testbed.write(member, number)).isTrue();
    }

    private DatabaseRole roleOf(MemberId member) {
        return cluster.read(call()).requireMember(member).role().role();
    }

    private ReplicaSet awaitCaughtUp() {
        ReplicaSet[] last = new ReplicaSet[1];
        await().untilAsserted(() -> {
            last[0] = cluster.read(call());
            DatabaseMember replica = last[0].requireMember(standby);
            assertThat(replica.source()).contains(primary);
            assertThat(replica.lag().orElseThrow())
                    .isInstanceOfSatisfying(
                            ReplicaLag.Known.class,
                            lag -> assertThat(lag.bytes()).isZero());
        });
        return last[0];
    }

    private void awaitCurrent(MemberId member) {
        await().untilAsserted(() -> {
            DatabaseMember seen = cluster.read(call()).requireMember(member);
            assertThat(seen.standing()).isEqualTo(MemberStanding.CURRENT);
            assertThat(seen.role().role()).isEqualTo(DatabaseRole.REPLICA);
            assertThat(seen.source()).isPresent();
        });
    }

    private Promotion promotion(MemberId member, MemberId... off) {
        return new Promotion(member, Set.of(off), 0);
    }

    private static void assertRefused(Cause cause, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(cause));
    }

    private CallContext call() {
        return CallContext.within(testbed.patience());
    }
}
