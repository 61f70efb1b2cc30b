package io.vmha.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.config.StormGuard;
import io.vmha.center.config.VmStormGuard;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.OpenFault;
import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StormWatchTest {
    private final CenterState state = new CenterState(Fixtures.referenceEmbodiment(), JournalState.empty());

    @Test
    void theGuardOpensPastItsFractionAndALossCountsForExactlyTheWindow() {
        StormWatch storm = hosts(1 / 3.0, Duration.ofSeconds(10));
        lose(storm, "h1", FaultKind.HOST_DOWN, at(0));
        assertThat(storm.refresh(state, at(0))).isFalse();
        assertThat(storm.open()).isEmpty();

        lose(storm, "h2", FaultKind.HOST_UNREACHABLE, at(4));
        assertThat(storm.refresh(state, at(4))).isTrue();
        assertThat(storm.open()).contains(Reason.STORM_GUARD);
        assertThat(storm.nextChange(at(4))).contains(Duration.ofSeconds(6));
        assertThat(storm.refresh(state, at(10).minusNanos(1))).isFalse();
        assertThat(storm.refresh(state, at(10))).isTrue();
        assertThat(storm.open()).isEmpty();
        assertThat(storm.nextChange(at(10))).isEmpty();
    }

    @Test
    void aHostThatIsUpAgainDoesNotCountAsLost() {
        StormWatch storm = hosts(0.5, Duration.ofHours(1));
        lose(storm, "h1", FaultKind.HOST_DOWN, at(0));
        lose(storm, "h2", FaultKind.HOST_DOWN, at(0));
        assertThat(storm.refresh(state, at(1))).isTrue();

        state.health().up(HostId.of("h2"), Instant.EPOCH.plusSeconds(2));
        assertThat(storm.refresh(state, at(2))).isTrue();
        assertThat(storm.lost()).containsExactly(HostId.of("h1"));
    }

    @Test
    void aHostInMaintenanceThatIsUpDoesNotCountAsLost() {
        StormWatch storm = hosts(1 / 3.0, Duration.ofHours(1));
        state.maintenance(HostId.of("h2"), true);
        storm.lost(HostId.of("h2"), at(0));
        lose(storm, "h1", FaultKind.HOST_DOWN, at(0));

        assertThat(storm.refresh(state, at(1))).isFalse();
        assertThat(storm.lost()).containsExactly(HostId.of("h1"));
    }

    @Test
    void manyVmsThatLookFailedOpenTheGuardOfVms() {
        StormWatch storm =
                new StormWatch(Optional.empty(), Optional.of(new VmStormGuard(2 / 12.0, Duration.ofSeconds(10))));
        fail(storm, "mw1", at(0));
        fail(storm, "mw3", at(1));
        assertThat(storm.refresh(state, at(1))).isFalse();

        fail(storm, "db5", at(2));
        assertThat(storm.refresh(state, at(2))).isTrue();
        assertThat(storm.open()).contains(Reason.VM_STORM_GUARD);
        assertThat(storm.failed()).hasSize(3);
        assertThat(storm.nextChange(at(2))).contains(Duration.ofSeconds(8));
        assertThat(storm.refresh(state, at(10))).isTrue();
        assertThat(storm.open()).isEmpty();
    }

    @Test
    void aVmWhoseFaultIsClosedDoesNotCountAsFailed() {
        StormWatch storm =
                new StormWatch(Optional.empty(), Optional.of(new VmStormGuard(1 / 12.0, Duration.ofHours(1))));
        fail(storm, "mw1", at(0));
        fail(storm, "mw3", at(0));
        assertThat(storm.refresh(state, at(0))).isTrue();

        state.health().closed(VmId.of("mw1"), fault -> true, Instant.EPOCH);
        assertThat(storm.refresh(state, at(1))).isTrue();
        assertThat(storm.failed()).containsExactly(VmId.of("mw3"));
    }

    @Test
    void whereBothGuardsAreOpenThatOfHostsIsTold() {
        StormWatch storm = new StormWatch(
                Optional.of(new StormGuard(0.1, Duration.ofHours(1))),
                Optional.of(new VmStormGuard(0.01, Duration.ofHours(1))));
        fail(storm, "mw1", at(0));
        lose(storm, "h2", FaultKind.HOST_DOWN, at(0));
        storm.refresh(state, at(0));

        assertThat(storm.open()).contains(Reason.STORM_GUARD);
    }

    @Test
    void withoutGuardsNothingOpens() {
        StormWatch storm = new StormWatch(Optional.empty(), Optional.empty());
        fail(storm, "mw1", at(0));
        lose(storm, "h1", FaultKind.HOST_DOWN, at(0));
        lose(storm, "h2", FaultKind.HOST_DOWN, at(0));

        assertThat(storm.refresh(state, at(0))).isFalse();
        assertThat(storm.open()).isEmpty();
    }

    private void lose(StormWatch storm, String host, FaultKind kind, Duration now) {
        state.health().opened(HostId.of(host), new OpenFault(Fixtures.hostFault(host, kind), Instant.EPOCH));
        storm.lost(HostId.of(host), now);
    }

    private void fail(StormWatch storm, String vm, Duration now) {
        state.health().opened(VmId.of(vm), new OpenFault(Fixtures.readOnly(vm), Instant.EPOCH));
        storm.failed(VmId.of(vm), now);
    }

    private static StormWatch hosts(double fraction, Duration window) {
        return new StormWatch(Optional.of(new StormGuard(fraction, window)), Optional.empty());
    }

    private static Duration at(long second) {
        return Duration.ofSeconds(second);
    }
}
