package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.reflect.Reflection;
import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Outcome;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.SimulatedReplicaSet;
import io.vmha.sim.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What the center learns of its databases, and what it does about them, in virtual time. */
class DatabaseWatchTest {
    private static final VmId DB1 = VmId.of("db1");
    private static final VmId DB3 = VmId.of("db3");
    private static final VmId DB5 = VmId.of("db5");
    private static final MemberId PRIMARY = MemberId.of("primary");
    private static final MemberId STANDBY = MemberId.of("standby");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualTime time = new VirtualTime();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment(), time::now);
    private final InMemoryPlanJournal journal = new InMemoryPlanJournal();
    private final List<ActionRecord> actions = new ArrayList<>();
    private final List<String> failing = new ArrayList<>();
    private boolean isUnreadable;
    private long sequence;
    private int epoch;

    @Test
    void theInventoryFollowsWhatIsRead() {
        ManagementCenter center = center();
        databases().showLag(STANDBY, Optional.of(Duration.ofSeconds(7)));
        advance(SECOND.multipliedBy(2));
        assertThat(lag(center, DB5)).contains(Duration.ofSeconds(7));

        databases().showLag(STANDBY, Optional.of(Duration.ZERO));
        advance(SECOND.multipliedBy(2));
        assertThat(lag(center, DB5)).contains(Duration.ZERO);
        assertThat(lag(center, DB1)).isEmpty();
        assertThat(set(center).writer().orElseThrow().id()).isEqualTo(PRIMARY);
    }

    @Test
    void aLagThatCannotBeReadIsUnknownWhichIsNeitherZeroNorWhatItWas() {
        ManagementCenter center = center();
        databases().showLag(STANDBY, Optional.of(Duration.ofSeconds(7)));
        advance(SECOND.multipliedBy(2));
        databases().showLag(STANDBY, Optional.empty());
        advance(SECOND.multipliedBy(5));

        assertThat(lag(center, DB5)).isEmpty();
        assertThat(center.inventory().requireVm(DB5).replicationLagUnknown()).isTrue();
    }

    @Test
    void aStandbyThatLagsTooFarTakesOverOnlyOnceAnOperatorAcceptsTheLoss() {
        ManagementCenter center = center();
        databases().showLag(STANDBY, Optional.of(Duration.ofSeconds(7)));
        advance(SECOND.multipliedBy(2));

        report(center, "h1");
        SubjectDecision before = fail(center, "h2");
        assertThat(before.outcome()).isEqualTo(Outcome.NO_TARGET);
        assertThat(before.reason()).isEqualTo(Reason.REPLICATION_LAG);
        assertThat(databases().writers()).isEmpty();

        center.acceptReplicationLag(DB5, "alice");
        advance(SECOND.multipliedBy(3));

        assertThat(databases().writers()).containsExactly(STANDBY);
        assertThat(datacenter.routes()).containsEntry(DB3, DB5);
    }

    @Test
    void anAcceptedLagCountsAgainAfterTheStandbyHasCaughtUp() {
        ManagementCenter center = center();
        databases().showLag(STANDBY, Optional.of(Duration.ofSeconds(7)));
        advance(SECOND.multipliedBy(2));
        center.acceptReplicationLag(DB5, "alice");
        advance(SECOND);
        assertThat(lag(center, DB5)).isEmpty();

        databases().showLag(STANDBY, Optional.of(Duration.ZERO));
        advance(SECOND.multipliedBy(2));
        databases().showLag(STANDBY, Optional.of(Duration.ofSeconds(9)));
        advance(SECOND.multipliedBy(2));

        assertThat(lag(center, DB5)).contains(Duration.ofSeconds(9));
    }

    @Test
    void anAcceptanceThatMeansNothingIsRefused() {
        ManagementCenter center = center();
        assertThatIllegalArgumentException().isThrownBy(() -> center.acceptReplicationLag(DB5, " "));
        CompletionStage<?> unknown = center.acceptReplicationLag(VmId.of("db99"), "alice");
        advance(SECOND);
        assertThat(unknown.toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("db99");
    }

    @Test
    void aVmThatNamesADatabaseOfNoReplicaSetIsRefused() {
        Inventory reference = Fixtures.referenceEmbodiment();
        Inventory strange = reference.with(reference.requireVm(DB1).withMember("nowhere"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().inventory(strange).build())
                .withMessage("VM db1 names the database member nowhere, which is in no replica set");
    }

    @Test
    void twoReplicaSetsWithOneMemberAreRefused() {
        DatabaseCluster other =
                new SimulatedReplicaSet(ReplicaSetId.of("other"), List.of(STANDBY), time::now).cluster();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().databaseCluster(other, SECOND).build())
                .withMessageContaining("member standby is in two replica sets");
    }

    @Test
    void theOldWriterIsFencedBeforeAnotherIsPromotedAndComesBackAsAReplica() {
        ManagementCenter center = center();
        loseThePrimaries(center);
        assertThat(databases().writers()).containsExactly(STANDBY);
        assertThat(datacenter.routes()).containsEntry(DB3, DB5);

        comeBack(center);
        assertThat(databases().writers()).containsExactly(STANDBY);
        assertThat(done(ActionKind.REJOIN)).isEqualTo(1);
        assertThat(set(center).requireMember(PRIMARY).standing()).isEqualTo(MemberStanding.CURRENT);
    }

    @Test
    void aMemberThatHasDivergedHasDivergedForTheNextCenterToo() {
        failing.add("rejoin");
        ManagementCenter center = center();
        loseThePrimaries(center);
        center.close();

        ManagementCenter next = center();
        advance(SECOND.multipliedBy(2));
        assertThat(set(next).requireMember(PRIMARY).standing()).isEqualTo(MemberStanding.DIVERGED);
    }

    @Test
    void aFailbackHandsOverWithoutLosingARowThatWasAcknowledged() {
        ManagementCenter center = center();
        loseThePrimaries(center);
        comeBack(center);
        assertThat(databases().write(STANDBY, 1)).isTrue();
        giveBack(center);
        advance(SECOND.multipliedBy(10));

        assertThat(databases().writers()).containsExactly(PRIMARY);
        assertThat(databases().missing(PRIMARY)).isEmpty();
        assertThat(databases().write(PRIMARY, 2)).isTrue();
        assertThat(datacenter.routes()).containsEntry(DB3, DB3);
        assertThat(set(center).requireMember(STANDBY).standing()).isEqualTo(MemberStanding.CURRENT);
    }

    @Test
    void aHandoverInWhichTheNewWriterFailsIsGivenUpAndTheOldOneWritesAgain() {
        ManagementCenter center = center();
        loseThePrimaries(center);
        comeBack(center);
        failing.add("promote primary");
        giveBack(center);
        advance(Duration.ofMinutes(5));

        assertThat(databases().writers()).containsExactly(STANDBY);
        assertThat(databases().write(STANDBY, 1)).isTrue();
        assertThat(datacenter.routes().get(DB3)).isIn(DB5, VmId.of("db6"));
    }

    @Test
    void writesAreReleasedWhereADemotionFails() {
        ManagementCenter center = center();
        loseThePrimaries(center);
        comeBack(center);
        failing.add("demote");
        giveBack(center);
        advance(Duration.ofMinutes(5));

        assertThat(databases().writers()).containsExactly(STANDBY);
        assertThat(databases().write(STANDBY, 1)).isTrue();
    }

    @Test
    void nothingIsPromotedWhileNobodyCanBeRead() {
        ManagementCenter center = center();
        advance(SECOND.multipliedBy(2));
        isUnreadable = true;
        loseThePrimaries(center);
        assertThat(databases().writers()).isEmpty();

        isUnreadable = false;
        advance(Duration.ofMinutes(3));
        assertThat(databases().writers()).containsExactly(STANDBY);
    }

    /** Reports the host, and returns what was decided for db3. */
    private SubjectDecision fail(ManagementCenter center, String host) {
        CompletionStage<DecisionOutcome> outcome = report(center, host);
        advance(Duration.ofSeconds(30));
        return outcome.toCompletableFuture().join().decision().parts().stream()
                .filter(part -> part.subject().equals(new FaultSubject.OfVm(DB3)))
                .findFirst()
                .orElseThrow();
    }

    private CompletionStage<DecisionOutcome> report(ManagementCenter center, String host) {
        FaultReport down = FaultReport.ofHost(HostId.of(host), FaultKind.HOST_DOWN, time.now(), "operator", ++sequence);
        datacenter.inject(down);
        return center.submit(down);
    }

    private void loseThePrimaries(ManagementCenter center) {
        advance(SECOND.multipliedBy(2));
        report(center, "h1");
        report(center, "h2");
        advance(Duration.ofSeconds(30));
    }

    /** The hosts of the primary cluster are back, and db3 with them; nobody gives it its requests back yet. */
    private void comeBack(ManagementCenter center) {
        for (String host : List.of("h1", "h2")) {
            datacenter.change(actual -> FaultEffects.hostUp(actual, HostId.of(host)));
            center.hostUp(HostId.of(host));
        }
        datacenter.change(actual -> FaultEffects.vmRepaired(actual, DB3));
        center.beginReading().thenAccept(token -> center.observe(token, PlatformSnapshot.of(datacenter.actual())));
        advance(Duration.ofMinutes(2));
        assertThat(datacenter
                        .actual()
                        .hostOf(datacenter.actual().requireVm(DB3))
                        .role())
                .isEqualTo(ClusterRole.PRIMARY);
    }

    /** The requests of db3 come home, as an operator wants it. */
    private void giveBack(ManagementCenter center) {
        center.repaired(DB3);
        advance(SECOND);
        center.plans()
                .thenAccept(plans ->
                        plans.forEach(plan -> center.approve(plan.plan().id(), "alice")));
        advance(SECOND);
    }

    private long done(ActionKind kind) {
        return actions.stream()
                .filter(action -> action.action().kind() == kind && action.result() == ActionResult.DONE)
                .count();
    }

    private void advance(Duration by) {
        time.advanceTo(time.now().plus(by));
    }

    private static Optional<Duration> lag(ManagementCenter center, VmId vm) {
        return center.inventory().requireVm(vm).replicationLag();
    }

    private static ReplicaSet set(ManagementCenter center) {
        return center.inventory().replicaSets().setOf(PRIMARY).orElseThrow();
    }

    /** As they are with the VMs that run now. */
    private SimulatedReplicaSet databases() {
        return datacenter.replicaSets().get(0);
    }

    private ManagementCenter center() {
        return builder().build();
    }

    private ManagementCenter.Builder builder() {
        long number = ++epoch;
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(failing(datacenter.databaseCluster()), SECOND)
                .inventory(datacenter.actual())
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .maxReplicationLag(Duration.ofSeconds(5))
                                .failback(FailbackMode.MANUAL)
                                .build())
                        .build())
                .journal(journal)
                .leadership(() -> OptionalLong.of(number))
                .listener(event -> {
                    if (event instanceof HaEvent.ActionEnded ended) {
                        actions.add(ended.action());
                    }
                })
                .scheduler(time);
    }

    /** The cluster, of which chosen calls fail, each time. */
    private DatabaseCluster failing(DatabaseCluster cluster) {
        return Reflection.newProxy(DatabaseCluster.class, (proxy, method, arguments) -> {
            String subject = arguments == null ? "" : arguments[0].toString();
            boolean fails = failing.stream()
                    .map(what -> what.split(" "))
                    .anyMatch(what -> method.getName().equals(what[0])
                            && (what.length == 1 || subject.contains("member=" + what[1])));
            if (fails || (isUnreadable && method.getName().equals("read"))) {
                throw new AdapterException.Permanent(AdapterException.Cause.REFUSED, "as the test has it");
            }
            try {
                return method.invoke(cluster, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        });
    }
}
