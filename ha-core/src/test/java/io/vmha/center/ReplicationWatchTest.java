package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.ReplicationLag;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Outcome;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** How the center learns of replication lags, and what an operator may do about one, in virtual time. */
class ReplicationWatchTest {
    private static final VmId DB1 = VmId.of("db1");
    private static final VmId DB5 = VmId.of("db5");
    private static final VmId DB6 = VmId.of("db6");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime();
    private final Map<VmId, Duration> lags = new HashMap<>();
    private boolean isUnreadable;
    private long sequence;

    @Test
    void theInventoryFollowsTheMonitor() {
        ManagementCenter center = center();
        lags.put(DB5, Duration.ofSeconds(7));
        advance(SECOND);
        assertThat(lag(center, DB5)).contains(Duration.ofSeconds(7));

        lags.put(DB5, Duration.ZERO);
        advance(SECOND.multipliedBy(2));
        assertThat(lag(center, DB5)).contains(Duration.ZERO);
        assertThat(lag(center, DB1)).isEmpty();
    }

    @Test
    void aLagThatCannotBeReadIsUnknownWhichIsNeitherZeroNorWhatItWas() {
        ManagementCenter center = center();
        lags.put(DB5, Duration.ofSeconds(7));
        advance(SECOND);
        isUnreadable = true;
        advance(SECOND.multipliedBy(5));

        assertThat(lag(center, DB5)).isEmpty();
        assertThat(center.inventory().requireVm(DB5).replicationLagUnknown()).isTrue();
    }

    @Test
    void aStandbyThatLagsTooFarTakesOverOnlyOnceAnOperatorAcceptsTheLoss() {
        ManagementCenter center = center();
        lags.put(DB5, Duration.ofSeconds(7));
        lags.put(DB6, Duration.ofSeconds(7));
        advance(SECOND);

        report(center, "h1");
        SubjectDecision before = fail(center, "h2");
        assertThat(before.outcome()).isEqualTo(Outcome.NO_TARGET);
        assertThat(before.reason()).isEqualTo(Reason.REPLICATION_LAG);
        assertThat(datacenter.promoted()).isEmpty();

        center.acceptReplicationLag(DB5, "alice");
        advance(SECOND.multipliedBy(3));

        assertThat(datacenter.promoted()).containsExactly(DB5);
        assertThat(datacenter.routes()).containsEntry(VmId.of("db3"), DB5);
    }

    @Test
    void anAcceptedLagCountsAgainAfterTheStandbyHasCaughtUp() {
        ManagementCenter center = center();
        lags.put(DB5, Duration.ofSeconds(7));
        advance(SECOND);
        center.acceptReplicationLag(DB5, "alice");
        advance(SECOND);
        assertThat(lag(center, DB5)).isEmpty();

        lags.put(DB5, Duration.ZERO);
        advance(SECOND.multipliedBy(2));
        lags.put(DB5, Duration.ofSeconds(9));
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

    /** Reports the host, and returns what was decided for db3. */
    private SubjectDecision fail(ManagementCenter center, String host) {
        CompletionStage<DecisionOutcome> outcome = report(center, host);
        time.advanceTo(time.now().plusSeconds(30));
        return outcome.toCompletableFuture().join().decision().parts().stream()
                .filter(part -> part.subject().equals(new FaultSubject.OfVm(VmId.of("db3"))))
                .findFirst()
                .orElseThrow();
    }

    private CompletionStage<DecisionOutcome> report(ManagementCenter center, String host) {
        FaultReport down = FaultReport.ofHost(HostId.of(host), FaultKind.HOST_DOWN, time.now(), "operator", ++sequence);
        datacenter.inject(down);
        return center.submit(down);
    }

    private void advance(Duration by) {
        time.advanceTo(time.now().plus(by));
    }

    private static Optional<Duration> lag(ManagementCenter center, VmId vm) {
        return center.inventory().requireVm(vm).replicationLag();
    }

    private ManagementCenter center() {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databasePromoter(datacenter.databasePromoter())
                .inventory(Fixtures.referenceEmbodiment())
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .maxReplicationLag(Duration.ofSeconds(5))
                                .build())
                        .build())
                .replicationMonitor(this::read, SECOND)
                .scheduler(time)
                .build();
    }

    private Optional<ReplicationLag> read(VmId vm, CallContext call) {
        if (isUnreadable) {
            throw new AdapterException.Transient(AdapterException.Cause.UNREACHABLE, "the database is down");
        }
        return Optional.ofNullable(lags.get(vm)).map(lag -> new ReplicationLag(lag, lag.toMillis(), true));
    }
}
