package io.vmha.center.internal.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.Fixtures;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is observed, desired and pending, and the inventory that follows from the three. */
class CenterStateTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW3 = VmId.of("mw3");
    private static final VmId DB5 = VmId.of("db5");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final CenterState state = new CenterState(reference, JournalState.empty());

    @Test
    void withNothingThatHappenedTheInventoryIsWhatThereIs() {
        assertThat(state.inventory()).isEqualTo(reference);
        assertThat(state.drainEntries()).isEmpty();
    }

    @Test
    void aPendingPlaceIsInTheInventoryAsLongAsItIsPending() {
        state.places().isOff(MW1, Instant.EPOCH);
        pending(new PendingEffects(Optional.of(H2), false, Optional.empty(), Optional.empty()));
        assertThat(mw1().host()).isEqualTo(H2);
        assertThat(state.inventory().freeOn(H2).memoryMiB())
                .isEqualTo(reference.freeOn(H2).memoryMiB() - 8_192);
        assertThat(mw1().isServing()).isFalse();

        pending(PendingEffects.NONE);
        assertThat(mw1().host()).isEqualTo(H1);
        assertThat(state.inventory().freeOn(H2)).isEqualTo(reference.freeOn(H2));
    }

    @Test
    void aVmOnTheMoveServesAndTakesItsRoomWhereItGoes() {
        pending(new PendingEffects(Optional.of(H2), true, Optional.empty(), Optional.empty()));

        assertThat(mw1().host()).isEqualTo(H2);
        assertThat(mw1().isServing()).isTrue();
        assertThat(state.vmsAt(H1)).contains(MW1);
        assertThat(state.vmsAt(H2)).contains(MW1);
    }

    @Test
    void aPendingPlaceOnAHostThatIsLostDoesNotCount() {
        state.places().isOff(MW1, Instant.EPOCH);
        pending(new PendingEffects(Optional.of(H2), false, Optional.empty(), Optional.empty()));
        state.health().opened(H2, new OpenFault(Fixtures.hostDown("h2"), Instant.EPOCH));

        assertThat(mw1().host()).isEqualTo(H1);
    }

    @Test
    void requestsThatAreAboutToMoveAreLoadOfTheirNextServer() {
        pending(new PendingEffects(Optional.empty(), false, Optional.of(MW3), Optional.empty()));
        assertThat(mw1().servedBy()).contains(MW3);
        assertThat(mw1().load()).isZero();
        assertThat(load(MW3)).isEqualTo(0.7);
        assertThat(state.routes().ownersServedBy(MW3)).containsExactly(MW3);

        pending(PendingEffects.NONE);
        assertThat(mw1().servedBy()).isEmpty();
        assertThat(mw1().load()).isEqualTo(0.4);
        assertThat(load(MW3)).isEqualTo(0.3);
    }

    @Test
    void aPendingAllocationIsReserved() {
        pending(new PendingEffects(Optional.empty(), false, Optional.empty(), Optional.of(Resources.of(4_000, 9_000))));

        assertThat(mw1().allocation()).isEqualTo(Resources.of(4_000, 9_000));
        assertThat(state.requireVm(MW1).seen().allocation()).isEqualTo(Resources.of(2_000, 8_192));
    }

    @Test
    void aVmIsConfirmedOffOnlyWhereItMayRunNowhere() {
        state.places().mayStart(MW1, H2);
        assertThat(state.requireVm(MW1).mayRunOn()).containsExactlyInAnyOrder(H1, H2);
        assertThat(mw1().power()).isEqualTo(PowerState.UNKNOWN);

        state.places().mayRunOn(MW1, Set.of(H2));
        assertThat(state.places().isConfirmedOff(MW1)).isFalse();
        state.places().mayRunOn(MW1, Set.of());
        assertThat(state.places().isConfirmedOff(MW1)).isTrue();
        assertThat(mw1().power()).isEqualTo(PowerState.OFF);
    }

    @Test
    void aVmThatWasLostWithItsHostIsNotConfirmedOffBeforeItWasLookedFor() {
        state.flag(MW1, VmState.Flag.UNSEARCHED, true);
        state.places().mayRunOn(MW1, Set.of());

        assertThat(state.places().isConfirmedOff(MW1)).isFalse();
        assertThat(state.places().uncertain()).containsExactly(MW1);
        state.flag(MW1, VmState.Flag.UNSEARCHED, false);
        assertThat(state.places().isConfirmedOff(MW1)).isTrue();
        assertThat(state.places().uncertain()).isEmpty();
    }

    @Test
    void whatIsOffIsNeverHealthy() {
        state.places().isOff(MW1, Instant.EPOCH);
        assertThat(mw1().health()).isEqualTo(VmHealth.STOPPED);
        state.places().runsOn(MW1, H1);
        assertThat(mw1().health()).isEqualTo(VmHealth.HEALTHY);

        state.desired(MW1, DesiredState.OFF);
        assertThat(mw1().health()).isEqualTo(VmHealth.STOPPED);
    }

    @Test
    void aVmHasFailedAsLongAsOneOfItsFaultsIsOpen() {
        OpenFault hung = new OpenFault(Fixtures.vmFault("mw1", FaultKind.GUEST_HUNG), Instant.EPOCH);
        state.health().opened(MW1, new OpenFault(Fixtures.readOnly("mw1"), Instant.EPOCH));
        state.health().opened(MW1, hung);

        assertThat(state.health().closed(MW1, fault -> fault.equals(hung), Instant.EPOCH))
                .isFalse();
        assertThat(mw1().health()).isEqualTo(VmHealth.FAILED);
        assertThat(state.health().closed(MW1, fault -> true, Instant.EPOCH)).isTrue();
        assertThat(mw1().health()).isEqualTo(VmHealth.HEALTHY);
        assertThat(state.requireVm(MW1).closedAt()).contains(Instant.EPOCH);
    }

    @Test
    void whatARunningGuestTellsWhileItsVmIsOffIsOfAnotherStart() {
        state.places().isOff(MW1, Instant.EPOCH);
        assertThat(isOfAnotherStart(FaultKind.IO_ERROR, 0)).isFalse();
        assertThat(isOfAnotherStart(FaultKind.GUEST_HUNG, 1)).isFalse();
        assertThat(isOfAnotherStart(FaultKind.IO_ERROR, 1)).isTrue();

        state.places().runsOn(MW1, H1);
        assertThat(isOfAnotherStart(FaultKind.IO_ERROR, 1)).isFalse();
    }

    @Test
    void whatCameBeforeAVmWasOffIsOfNoOtherStartThoughItsGuestsClockIsAhead() {
        FaultReport ahead = FaultReport.ofVm(MW1, FaultKind.IO_ERROR, Instant.EPOCH.plusSeconds(60), "monitor", 1);
        state.health().opened(MW1, new OpenFault(ahead, Instant.EPOCH));
        state.places().isOff(MW1, Instant.EPOCH.plusSeconds(1));

        assertThat(state.places().isOfAnotherStart(MW1, ahead)).isFalse();
    }

    @Test
    void aVmThatWasOffWhenTheCenterBeganWasStartedBySomebodyElseIfItsGuestTellsOfAFault() {
        state.places().mayRunOn(MW1, Set.of());
        state.places().knownOff(state.requireVm(MW1), Instant.EPOCH.plusSeconds(1));
        state.places().knownOff(state.requireVm(MW1), Instant.EPOCH.plusSeconds(9));

        assertThat(isOfAnotherStart(FaultKind.IO_ERROR, 1)).isFalse();
        assertThat(isOfAnotherStart(FaultKind.IO_ERROR, 2)).isTrue();
    }

    @Test
    void whereAVmMayRunNothingSaysThatSomebodyElseStartedIt() {
        state.places().knownOff(state.requireVm(MW1), Instant.EPOCH);

        assertThat(isOfAnotherStart(FaultKind.IO_ERROR, 1)).isFalse();
    }

    private boolean isOfAnotherStart(FaultKind kind, long observedAtSecond) {
        FaultReport report = FaultReport.ofVm(MW1, kind, Instant.EPOCH.plusSeconds(observedAtSecond), "monitor", 1);
        state.health().opened(MW1, new OpenFault(report, Instant.EPOCH));
        return state.places().isOfAnotherStart(MW1, report);
    }

    @Test
    void aHostsHealthFollowsFromItsFault() {
        state.health().opened(H2, new OpenFault(Fixtures.hostFault("h2", FaultKind.HOST_UNREACHABLE), Instant.EPOCH));
        assertThat(health(H2)).isEqualTo(HostHealth.UNREACHABLE);
        state.health().confirmedOff(H2);
        assertThat(health(H2)).isEqualTo(HostHealth.DOWN);
        state.health().up(H2, Instant.EPOCH);
        assertThat(health(H2)).isEqualTo(HostHealth.UP);
    }

    @Test
    void aLagThatCannotBeReadIsUnknownAndAnAcceptedOneCountsAsNone() {
        state.vmDatabases().saidToLag(DB5, Optional.of(Duration.ofSeconds(9)), Instant.EPOCH);
        assertThat(state.inventory().requireVm(DB5).replicationLag()).contains(Duration.ofSeconds(9));
        state.vmDatabases().saidToLag(DB5, Optional.empty(), Instant.EPOCH);
        assertThat(state.inventory().requireVm(DB5).replicationLagUnknown()).isTrue();
        assertThat(state.inventory().requireVm(DB5).replicationLag()).isEmpty();

        state.flag(DB5, VmState.Flag.LAG_ACCEPTED, true);
        assertThat(state.inventory().requireVm(DB5).replicationLagUnknown()).isFalse();
        state.vmDatabases().saidToLag(DB5, Optional.of(Duration.ZERO), Instant.EPOCH);
        assertThat(state.requireVm(DB5).is(VmState.Flag.LAG_ACCEPTED)).isFalse();
    }

    @Test
    void aDeletedVmIsSeenByNobodyAndRememberedUntilItIsOff() {
        state.declarations().remove(MW1);
        assertThat(state.inventory().vm(MW1)).isEmpty();
        assertThat(state.places().isConfirmedOff(MW1)).isFalse();
        assertThat(state.running(H1)).extracting(VmRecord::id).contains(MW1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state.declarations().remove(H1))
                .withMessageContaining("h1");

        state.places().isOff(MW1, Instant.EPOCH);
        assertThat(state.vm(MW1)).isEmpty();
        assertThat(state.places().isConfirmedOff(MW1)).isTrue();
    }

    @Test
    void whatIsNotAsByDefaultIsWrittenDownAndForgottenOnceItIs() {
        state.health().opened(MW1, new OpenFault(Fixtures.readOnly("mw1"), Instant.EPOCH));
        assertThat(state.drainEntries()).singleElement().isInstanceOf(JournalEntry.VmNoted.class);
        assertThat(state.drainEntries()).isEmpty();

        state.health().closed(MW1, fault -> true, Instant.EPOCH);
        assertThat(state.drainEntries()).singleElement().isInstanceOf(JournalEntry.VmNoted.class);
        state.health().forgetClosedBefore(Instant.EPOCH.plusSeconds(1));
        assertThat(state.drainEntries()).containsExactly(new JournalEntry.VmForgotten(MW1));
    }

    @Test
    void whatWasWrittenDownIsKnownAgainAndNothingIsTakenToBeOffByIt() {
        state.desired(VmId.of("mw2"), DesiredState.UNMANAGED);
        state.maintenance(H1, true);
        state.routes().routed(MW1, MW3);
        state.places().isOff(MW1, Instant.EPOCH);
        InMemoryPlanJournal journal = new InMemoryPlanJournal();
        JournalState unused = journal.open(1);
        journal.write(1, state.drainEntries());
        CenterState next = new CenterState(reference, journal.open(2));

        assertThat(next.requireVm(VmId.of("mw2")).desired()).isEqualTo(DesiredState.UNMANAGED);
        assertThat(next.inventory().requireHost(H1).inMaintenance()).isTrue();
        assertThat(next.inventory().requireVm(MW1).servedBy()).contains(MW3);
        // It was seen running at the start: that the journal says it is off does not make it so.
        assertThat(next.places().isConfirmedOff(MW1)).isFalse();
    }

    @Test
    void theHostsOnWhichAVmMayBeRunningSurvive() {
        state.places().mayStart(MW1, H2);
        InMemoryPlanJournal journal = new InMemoryPlanJournal();
        JournalState unused = journal.open(1);
        journal.write(1, state.drainEntries());

        assertThat(new CenterState(reference, journal.open(2)).requireVm(MW1).mayRunOn())
                .containsExactlyInAnyOrder(H1, H2);
    }

    @Test
    void whatChangedIsToldOnceToThoseWhoMayBeHelped() {
        state.places().isOff(MW1, Instant.EPOCH);
        state.drainChanges();
        state.places().runsOn(MW1, H1);

        assertThat(state.drainChanges().serving()).containsExactly(VmType.MIDDLEWARE);
        assertThat(state.drainChanges().isEmpty()).isTrue();
    }

    @Test
    void aVmIsSeenByGuardsAsByPoliciesButForItsLoadAndWhoServesIt() {
        isSeenAsByPolicies(() -> state.health().opened(MW1, new OpenFault(Fixtures.readOnly("mw1"), Instant.EPOCH)));
        isSeenAsByPolicies(() -> state.routes().routed(MW1, MW3));
        isSeenAsByPolicies(() -> state.places().isOff(MW1, Instant.EPOCH));
        isSeenAsByPolicies(() -> pending(
                new PendingEffects(Optional.of(H2), false, Optional.empty(), Optional.of(Resources.of(500, 4_096)))));
        isSeenAsByPolicies(() ->
                state.health().opened(H2, new OpenFault(Fixtures.hostFault("h2", FaultKind.HOST_DOWN), Instant.EPOCH)));
        isSeenAsByPolicies(() -> pending(PendingEffects.NONE));
        isSeenAsByPolicies(() -> state.places().runsOn(MW1, H1));
        isSeenAsByPolicies(() -> state.desired(MW1, DesiredState.OFF));
        isSeenAsByPolicies(() -> state.declarations().remove(MW1));
    }

    private void isSeenAsByPolicies(Runnable changes) {
        changes.run();
        Optional<VirtualMachine> byGuards = state.asSeen(MW1).map(CenterStateTest::withoutLoadAndServer);

        assertThat(byGuards).isEqualTo(state.inventory().vm(MW1).map(CenterStateTest::withoutLoadAndServer));
    }

    private static VirtualMachine withoutLoadAndServer(VirtualMachine vm) {
        return vm.withLoad(0).withServedBy(Optional.empty());
    }

    @Test
    void whatWasMarkedAndIsAsBeforeLeavesTheInventoryAsItIs() {
        Inventory before = state.inventory();
        state.touch(MW1);

        assertThat(state.inventory()).isSameAs(before);
    }

    private void pending(PendingEffects effects) {
        state.pendingFrom(vm -> vm.equals(MW1) ? effects : PendingEffects.NONE);
        state.pendingChanged(MW1);
    }

    private VirtualMachine mw1() {
        return state.inventory().requireVm(MW1);
    }

    private double load(VmId vm) {
        return state.inventory().requireVm(vm).load();
    }

    private HostHealth health(HostId host) {
        return state.inventory().requireHost(host).health();
    }
}
