package io.vmha.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.RecoveryMode;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is not as it should be, from what is known and wanted. */
class NeedsTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW3 = VmId.of("mw3");
    private static final VmId DB1 = VmId.of("db1");
    private static final HostId H1 = HostId.of("h1");

    private final CenterState state = new CenterState(Fixtures.referenceEmbodiment(), JournalState.empty());
    private final FailoverConfig config = FailoverConfig.defaults();

    @Test
    void aVmThatIsAsItShouldBeNeedsNothing() {
        for (String vm : Set.of("mw1", "mw5", "db1", "db6")) {
            assertThat(of(VmId.of(vm))).isEmpty();
        }
    }

    @Test
    void aFailedVmNeedsItsRequestsServedAndToBeRestored() {
        fail(MW1);
        assertThat(of(MW1)).containsExactlyInAnyOrder(NeedKind.SERVE, NeedKind.RESTORE);
    }

    @Test
    void whoseRequestsAreServedElsewhereOnlyNeedsToBeRestored() {
        fail(MW1);
        state.routes().routed(MW1, MW3);
        assertThat(of(MW1)).containsExactly(NeedKind.RESTORE);
    }

    @Test
    void aFailedVmThatServesForOthersNeedsTheirsServedToo() {
        state.routes().routed(MW1, MW3);
        fail(MW3);
        state.routes().routed(MW3, VmId.of("mw4"));
        assertThat(of(MW3)).contains(NeedKind.SERVE);

        state.routes().routed(MW1, VmId.of("mw4"));
        assertThat(of(MW3)).doesNotContain(NeedKind.SERVE);
    }

    @Test
    void aVmThatIsRestartedInPlaceKeepsItsRequests() {
        FailoverConfig restarts = FailoverConfig.builder()
                .putRecovery(VmType.DATABASE, RecoveryMode.RESTART)
                .build();
        fail(DB1);
        assertThat(Needs.of(state.requireVm(DB1), state, restarts)).containsExactly(NeedKind.RESTORE);
    }

    @Test
    void aVmOnAHostInMaintenanceOrDegradedNeedsToLeaveIt() {
        state.maintenance(H1, true);
        assertThat(of(MW1)).containsExactly(NeedKind.DRAIN);
        state.maintenance(H1, false);
        assertThat(of(MW1)).isEmpty();

        state.health().opened(H1, new OpenFault(Fixtures.hostFault("h1", FaultKind.HOST_DEGRADED), Instant.EPOCH));
        assertThat(of(MW1)).containsExactly(NeedKind.DRAIN);
    }

    @Test
    void aVmThatIsOffOrFailedCannotLeaveItsHost() {
        state.maintenance(H1, true);
        fail(MW1);
        state.places().isOff(DB1, Instant.EPOCH);

        assertThat(of(MW1)).doesNotContain(NeedKind.DRAIN);
        assertThat(of(DB1)).doesNotContain(NeedKind.DRAIN);
    }

    @Test
    void aVmThatIsWellAgainNeedsItsRequestsBack() {
        state.routes().routed(MW1, MW3);
        assertThat(of(MW1)).isEmpty();
        state.flag(MW1, VmState.Flag.RETURNING, true);
        assertThat(of(MW1)).containsExactly(NeedKind.RETURN);
        state.routes().routed(MW1, MW1);
        assertThat(of(MW1)).isEmpty();
    }

    @Test
    void aVmThatIsWantedOffNeedsItsRequestsServedUntilItIs() {
        state.desired(MW1, DesiredState.OFF);
        assertThat(of(MW1)).containsExactly(NeedKind.SERVE);
        state.places().isOff(MW1, Instant.EPOCH);
        assertThat(of(MW1)).isEmpty();
    }

    @Test
    void aVmThatIsNotManagedOrWasDeletedNeedsNothing() {
        fail(MW1);
        state.desired(MW1, DesiredState.UNMANAGED);
        assertThat(of(MW1)).isEmpty();

        fail(MW3);
        state.declarations().remove(MW3);
        assertThat(Needs.of(state.vm(MW3).orElseThrow(), state, config)).isEmpty();
    }

    private Set<NeedKind> of(VmId vm) {
        return Needs.of(state.requireVm(vm), state, config);
    }

    private void fail(VmId vm) {
        state.health().opened(vm, new OpenFault(Fixtures.readOnly(vm.value()), Instant.EPOCH));
    }
}
