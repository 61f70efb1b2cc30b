package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplicaSetTest {
    private static final ReplicaSetId ORDERS = ReplicaSetId.of("orders");
    private static final MemberId A = MemberId.of("a");
    private static final MemberId B = MemberId.of("b");
    private static final MemberId C = MemberId.of("c");
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final ReplicaSet DECLARED = ReplicaSet.declared(ORDERS, List.of(A, B, C));

    private static DatabaseMember writer(MemberId id, long timeline, long offset) {
        return DatabaseMember.builder()
                .id(id)
                .role(new ObservedRole(DatabaseRole.WRITER, "test", T0))
                .position(new LogPosition(timeline, offset))
                .build();
    }

    private static DatabaseMember replica(MemberId id, long timeline, long offset, ReplicaLag lag) {
        return DatabaseMember.builder()
                .id(id)
                .role(new ObservedRole(DatabaseRole.REPLICA, "test", lag.at()))
                .position(new LogPosition(timeline, offset))
                .lag(lag)
                .build();
    }

    private static DatabaseMember replica(MemberId id, long timeline, long offset) {
        return replica(id, timeline, offset, unknown(T0));
    }

    private static DatabaseMember follower(MemberId id, long timeline, long offset, MemberId source) {
        return replica(id, timeline, offset).withSource(source);
    }

    private static DatabaseMember unread(MemberId id) {
        return DatabaseMember.unknown(id, "test", T0, "it is down");
    }

    private static ReplicaLag unknown(Instant at) {
        return new ReplicaLag.Unknown(ReplicaLag.Cause.WRITER_NOT_SEEN, at);
    }

    private static ReplicaSet reading(DatabaseMember... members) {
        return ReplicaSet.builder().id(ORDERS).members(List.of(members)).build();
    }

    private static MemberStanding standing(ReplicaSet set, MemberId member) {
        return set.requireMember(member).standing();
    }

    @Test
    void aSetWithoutAMemberOrWithOneTwiceIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicaSet.declared(ORDERS, List.of()))
                .withMessage("replica set orders must have one member or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicaSet.declared(ORDERS, List.of(A, B, A)))
                .withMessage("replica set orders has the member a twice");
    }

    @Test
    void twoSetsWithOneMemberOrOneNameAreRefused() {
        ReplicaSet others = ReplicaSet.declared(ReplicaSetId.of("stock"), List.of(C));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicaSets.of(List.of(DECLARED, others)))
                .withMessage("member c is in two replica sets, orders and stock");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ReplicaSets.of(List.of(DECLARED, ReplicaSet.declared(ORDERS, List.of(MemberId.of("d"))))))
                .withMessage("two replica sets with the name orders");
    }

    @Test
    void aMemberLeadsToItsSet() {
        ReplicaSets sets = ReplicaSets.of(
                List.of(DECLARED, ReplicaSet.declared(ReplicaSetId.of("stock"), List.of(MemberId.of("d")))));

        assertThat(sets.setOf(B).map(ReplicaSet::id)).contains(ORDERS);
        assertThat(sets.setOf(MemberId.of("nobody"))).isEmpty();
        ReplicaSets updated = sets.updatedWith(reading(writer(A, 1, 5), unread(B), unread(C)));
        assertThat(updated.set(ORDERS).orElseThrow().writer().map(DatabaseMember::id))
                .contains(A);
        assertThat(updated.all()).hasSize(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sets.updatedWith(ReplicaSet.declared(ReplicaSetId.of("none"), List.of(A))))
                .withMessage("there is no replica set none");
    }

    @Test
    void byDefaultEachClusterRoleHasAMember() {
        assertThat(ReplicaSet.ofClusterRoles(ORDERS).memberIds())
                .containsExactly(MemberId.of("primary"), MemberId.of("standby"));
        assertThat(ReplicaSet.memberFor(ClusterRole.STANDBY)).isEqualTo(MemberId.of("standby"));
    }

    @Test
    void nothingIsKnownOfASetThatWasNeverRead() {
        assertThat(DECLARED.writer()).isEmpty();
        assertThat(DECLARED.candidates()).isEmpty();
        assertThat(DECLARED.members()).allMatch(DatabaseMember::mayWrite);
        assertThat(DECLARED.possibleLoss(A, T0).kind()).isEqualTo(PossibleLoss.Kind.UNKNOWN);
    }

    @Test
    void aReadingOfOtherMembersIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DECLARED.updatedWith(reading(writer(A, 1, 5))))
                .withMessageContaining("has the members [a, b, c], and [a] were read");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DECLARED.updatedWith(ReplicaSet.declared(ReplicaSetId.of("stock"), List.of(A, B, C))))
                .withMessageContaining("stock was read, not orders");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DECLARED.possibleLoss(MemberId.of("d"), T0))
                .withMessageContaining("has no member d");
    }

    @Test
    void aWriterThatWasReplacedIsDivergedUntilItFollowsTheSetsTimeline() {
        ReplicaSet set = DECLARED.updatedWith(reading(writer(A, 1, 50), replica(B, 1, 40), replica(C, 1, 40)));
        set = set.updatedWith(reading(unread(A), writer(B, 2, 45), replica(C, 1, 40)));
        assertThat(set.timeline()).isEqualTo(2);
        assertThat(set.writer().map(DatabaseMember::id)).contains(B);
        assertThat(standing(set, C)).isEqualTo(MemberStanding.UNKNOWN);

        set = set.updatedWith(reading(writer(A, 1, 60), writer(B, 2, 45), follower(C, 2, 45, B)));
        assertThat(standing(set, A)).isEqualTo(MemberStanding.DIVERGED);
        assertThat(set.isSplit()).isTrue();
        assertThat(set.writer().map(DatabaseMember::id)).contains(B);

        // Down, promoted by somebody to a timeline of its own, or a replica of whomever: no member for that.
        set = set.updatedWith(reading(unread(A), writer(B, 2, 45), follower(C, 2, 45, B)));
        assertThat(standing(set, A)).isEqualTo(MemberStanding.DIVERGED);
        set = set.updatedWith(reading(writer(A, 5, 60), writer(B, 2, 45), follower(C, 2, 45, B)));
        assertThat(standing(set, A)).isEqualTo(MemberStanding.DIVERGED);
        assertThat(set.timeline()).isEqualTo(2);
        set = set.updatedWith(reading(replica(A, 2, 60), writer(B, 2, 45), follower(C, 2, 45, B)));
        assertThat(standing(set, A)).isEqualTo(MemberStanding.DIVERGED);

        set = set.updatedWith(reading(follower(A, 2, 45, C), writer(B, 2, 45), follower(C, 2, 45, B)));
        assertThat(standing(set, A)).isEqualTo(MemberStanding.CURRENT);
        assertThat(set.candidates()).extracting(DatabaseMember::id).contains(A);
    }

    @Test
    void whoWritesTheTimelineOfAnotherWriterIsNone() {
        ReplicaSet set = DECLARED.updatedWith(reading(writer(A, 1, 50), replica(B, 1, 40), replica(C, 1, 40)));

        ReplicaSet both = set.updatedWith(reading(writer(A, 1, 50), writer(B, 1, 60), replica(C, 1, 40)));
        assertThat(both.writer().map(DatabaseMember::id)).contains(A);
        assertThat(standing(both, B)).isEqualTo(MemberStanding.DIVERGED);
        // Though the one before is not seen: it may still write.
        ReplicaSet one = set.updatedWith(reading(unread(A), writer(B, 1, 60), replica(C, 1, 40)));
        assertThat(one.writer()).isEmpty();
        // Who has never seen either cannot tell.
        ReplicaSet fresh = DECLARED.updatedWith(reading(writer(A, 1, 50), writer(B, 1, 60), replica(C, 1, 40)));
        assertThat(fresh.writer()).isEmpty();
        assertThat(standing(fresh, A)).isEqualTo(MemberStanding.UNKNOWN);
        assertThat(standing(fresh, B)).isEqualTo(MemberStanding.UNKNOWN);
    }

    @Test
    void beforeAPromotionWhoIsNotSeenToReplicateIsTakenToHaveAHistoryOfItsOwn() {
        ReplicaSet set = DECLARED.updatedWith(reading(writer(A, 1, 50), replica(B, 1, 40), replica(C, 1, 40)));
        // B is promoted and dies before anybody saw it; C's promotion makes a second timeline of the same number.
        ReplicaSet first = set.updatedWith(reading(unread(A), replica(B, 1, 50), replica(C, 1, 45)))
                .promoting(B);
        assertThat(standing(first, A)).isEqualTo(MemberStanding.DIVERGED);
        assertThat(standing(first, C)).isEqualTo(MemberStanding.CURRENT);
        ReplicaSet second = first.updatedWith(reading(unread(A), unread(B), replica(C, 1, 45)))
                .promoting(C);
        ReplicaSet after = second.updatedWith(reading(unread(A), replica(B, 2, 60), writer(C, 2, 46)));

        assertThat(after.writer().map(DatabaseMember::id)).contains(C);
        assertThat(standing(after, B)).isEqualTo(MemberStanding.DIVERGED);
        assertThat(after.candidates()).isEmpty();
        // Nor does it count if it writes.
        assertThat(second.updatedWith(reading(unread(A), writer(B, 2, 60), writer(C, 2, 46)))
                        .writer()
                        .map(DatabaseMember::id))
                .contains(C);
    }

    @Test
    void anOlderHistoryThatIsPromotedAllTheSameBecomesTheSets() {
        ReplicaSet set = DECLARED.updatedWith(reading(unread(A), writer(B, 4, 50), replica(C, 1, 40)));
        set = set.updatedWith(reading(unread(A), unread(B), replica(C, 1, 40))).promoting(C);
        set = set.updatedWith(reading(unread(A), unread(B), writer(C, 2, 41)));

        assertThat(set.writer().map(DatabaseMember::id)).contains(C);
        assertThat(set.timeline()).isEqualTo(2);
        assertThat(standing(set.updatedWith(reading(unread(A), writer(B, 4, 50), writer(C, 2, 41))), B))
                .isEqualTo(MemberStanding.DIVERGED);
    }

    @Test
    void whatWasKnownOfALagStaysBesideThatItIsUnknownNow() {
        ReplicaLag.Known known = new ReplicaLag.Known(100, 60, Duration.ofSeconds(2), T0);
        ReplicaSet set =
                DECLARED.updatedWith(reading(writer(A, 1, 200), replica(B, 1, 140, known), replica(C, 1, 140)));
        set = set.updatedWith(reading(unread(A), replica(B, 1, 150, unknown(T0.plusSeconds(9))), unread(C)));

        assertThat(set.requireMember(B).lag().flatMap(ReplicaLag::lastKnown)).contains(known);
        set = set.updatedWith(reading(unread(A), unread(B), unread(C)));
        assertThat(set.requireMember(B).lag().flatMap(ReplicaLag::lastKnown)).contains(known);
        assertThat(set.requireMember(C).lag().flatMap(ReplicaLag::lastKnown)).isEmpty();
    }

    @Test
    void whatIsLostIsAtMostWhatWasMissingAndWhatCameUntilTheWriterStopped() {
        ReplicaSet set = DECLARED.updatedWith(reading(
                writer(A, 1, 200),
                replica(B, 1, 140, new ReplicaLag.Known(100, 60, Duration.ofSeconds(2), T0)),
                replica(C, 1, 200, new ReplicaLag.Known(100, 0, Duration.ofSeconds(2), T0))));

        assertThat(set.possibleLoss(B, T0.plusSeconds(3)).atMost()).isEqualTo(Duration.ofSeconds(5));
        assertThat(set.possibleLoss(B, T0.minusSeconds(3)).atMost()).isEqualTo(Duration.ofSeconds(2));
        assertThat(set.possibleLoss(C, T0.plusSeconds(3)).atMost()).isEqualTo(Duration.ofSeconds(3));
        // All that there is was received, and nothing was written since.
        assertThat(set.possibleLoss(C, T0.minusMillis(1)).kind()).isEqualTo(PossibleLoss.Kind.NONE);
        assertThat(set.possibleLoss(C, T0.minusMillis(1)).isWithin(Duration.ZERO))
                .isTrue();
        assertThat(set.possibleLoss(C, T0).atMost()).isEqualTo(Duration.ofNanos(1));
        assertThat(set.possibleLoss(B, T0.minusMillis(1)).isWithin(Duration.ofSeconds(2)))
                .isTrue();
        assertThat(set.possibleLoss(B, T0).isWithin(Duration.ofSeconds(1))).isFalse();
        assertThat(set.possibleLoss(A, T0).isWithin(Duration.ofDays(1))).isFalse();
    }

    @Test
    void nothingIsLostThatADemotedWriterHasHoweverLongAgoTheLagWasKnown() {
        ReplicaLag.Known none = new ReplicaLag.Known(0, 0, Duration.ZERO, T0);
        ReplicaSet set =
                DECLARED.updatedWith(reading(writer(A, 1, 200), replica(B, 1, 200, none), replica(C, 1, 200, none)));
        set = set.updatedWith(
                reading(replica(A, 1, 210), replica(B, 1, 210), replica(C, 1, 209, unknown(T0.plusSeconds(60)))));

        assertThat(set.possibleLoss(B, T0.plusSeconds(60)).kind()).isEqualTo(PossibleLoss.Kind.NONE);
        assertThat(set.possibleLoss(C, T0.plusSeconds(60)).atMost()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void aFormerWriterThatDoesNotAnswerMayHaveMore() {
        ReplicaLag.Known none = new ReplicaLag.Known(0, 0, Duration.ZERO, T0);
        ReplicaSet set = DECLARED.updatedWith(reading(writer(A, 1, 200), replica(B, 1, 200, none), replica(C, 1, 200)));
        set = set.updatedWith(reading(unread(A), replica(B, 1, 210), replica(C, 1, 210)));

        assertThat(set.possibleLoss(B, T0.plusSeconds(60)).atMost()).isEqualTo(Duration.ofSeconds(60));
    }

    private static ReplicaSet withRule(CommitRule rule, long since, DatabaseMember... members) {
        return reading(members).withCommitRule(new ObservedCommitRule(rule, A, new LogPosition(1, since), T0));
    }

    @Test
    void aQuorumLosesNothingOnceEnoughOfItWereReadAfterTheWriterStopped() {
        CommitRule any =
                new CommitRule(CommitRule.Kind.QUORUM, 1, Set.of(B, C), 0, false, CommitRule.Durability.FLUSHED);
        ReplicaSet set =
                DECLARED.updatedWith(withRule(any, 100, writer(A, 1, 100), replica(B, 1, 100), replica(C, 1, 90)));
        ReplicaSet both = set.updatedWith(reading(unread(A), replica(B, 1, 120), replica(C, 1, 130)));

        Instant stopped = T0.minusMillis(1);
        assertThat(both.possibleLoss(C, stopped).kind()).isEqualTo(PossibleLoss.Kind.NONE);
        assertThat(both.possibleLoss(B, stopped).kind()).isEqualTo(PossibleLoss.Kind.UNKNOWN);
        assertThat(both.possibleLoss(C, T0).kind()).isEqualTo(PossibleLoss.Kind.UNKNOWN);
        ReplicaSet one = set.updatedWith(reading(unread(A), unread(B), replica(C, 1, 130)));
        assertThat(one.possibleLoss(C, stopped).kind()).isEqualTo(PossibleLoss.Kind.UNKNOWN);
    }

    @Test
    void aRulePromisesNothingAboutWhatWasAcknowledgedBeforeIt() {
        CommitRule one =
                new CommitRule(CommitRule.Kind.PRIORITY, 1, Set.of(B), 0, false, CommitRule.Durability.FLUSHED);
        ReplicaSet set = DECLARED.updatedWith(withRule(one, 100, writer(A, 1, 100), replica(B, 1, 40), unread(C)));
        // The rule is as old as its first reading, however often it is read.
        set = set.updatedWith(withRule(one, 150, writer(A, 1, 150), replica(B, 1, 40), unread(C)));
        assertThat(set.commitRule().orElseThrow().since()).isEqualTo(new LogPosition(1, 100));

        assertThat(set.possibleLoss(B, T0).kind()).isEqualTo(PossibleLoss.Kind.UNKNOWN);
        set = set.updatedWith(reading(unread(A), replica(B, 1, 100), unread(C)));
        assertThat(set.possibleLoss(B, T0.plusSeconds(99)).kind()).isEqualTo(PossibleLoss.Kind.NONE);
    }

    @Test
    void aRuleSaysHowManyOfItsReplicasHaveToBeLookedAt() {
        assertThat(rule(1, false, CommitRule.Durability.FLUSHED).witnesses()).isEqualTo(3);
        assertThat(rule(2, false, CommitRule.Durability.APPLIED).witnesses()).isEqualTo(2);
        assertThat(rule(5, false, CommitRule.Durability.FLUSHED).witnesses()).isEqualTo(1);
        assertThat(rule(3, true, CommitRule.Durability.FLUSHED).witnesses()).isEqualTo(Integer.MAX_VALUE);
        assertThat(rule(3, false, CommitRule.Durability.WRITTEN).witnesses()).isEqualTo(Integer.MAX_VALUE);
        assertThat(rule(3, false, CommitRule.Durability.NONE).witnesses()).isEqualTo(Integer.MAX_VALUE);
        assertThat(CommitRule.ASYNCHRONOUS.witnesses()).isEqualTo(Integer.MAX_VALUE);
        assertThatIllegalArgumentException().isThrownBy(() -> rule(0, false, CommitRule.Durability.FLUSHED));
    }

    /** Of two members and one other replica. */
    private static CommitRule rule(int required, boolean isOpen, CommitRule.Durability durability) {
        return new CommitRule(CommitRule.Kind.QUORUM, required, Set.of(B, C), 1, isOpen, durability);
    }

    @Test
    void contradictionsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LogPosition(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new LogPosition(1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplicaLag.Known(1, 2, Duration.ofSeconds(1), T0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplicaLag.Known(1, 1, Duration.ZERO, T0));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReplicaLag.Known(0, 0, Duration.ofSeconds(1), T0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer(A, 1, 1).withLag(unknown(T0)))
                .withMessageContaining("a WRITER has no lag");
        assertThatIllegalArgumentException().isThrownBy(() -> replica(A, 1, 1).withLag(Optional.empty()));
        assertThatIllegalArgumentException().isThrownBy(() -> replica(A, 1, 1).withHoldsWrites(true));
        assertThatIllegalArgumentException().isThrownBy(() -> follower(A, 1, 1, A));
        assertThatIllegalArgumentException().isThrownBy(() -> MemberId.of(" "));
    }

    @Test
    void positionsCompareOnOneTimeline() {
        assertThat(new LogPosition(1, 0x1_0000_00FFL)).hasToString("1:1/ff");
        assertThat(new LogPosition(1, 5).includes(new LogPosition(1, 5))).isTrue();
        assertThat(new LogPosition(1, 4).includes(new LogPosition(1, 5))).isFalse();
        assertThat(new LogPosition(2, 6).includes(new LogPosition(1, 5))).isFalse();
        assertThat(new LogPosition(2, 1)).isGreaterThan(new LogPosition(1, 5));
    }
}
