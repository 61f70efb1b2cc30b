package io.vmha.center.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.internal.state.Sightings.Seen;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.VmState;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What one reading of the platform says of where a VM may be running. */
class SightingsTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");
    private static final Set<HostId> ALL = Set.of(H1, H2, HostId.of("h3"));

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final CenterState state = new CenterState(reference, JournalState.empty());

    @Test
    void aVmThatIsSeenOffOnTheHostWhereItMayRunIsConfirmedOff() {
        assertThat(read(state.beginReading(), ALL, seen(H1, PowerState.OFF))).isEqualTo(Seen.STOPPED);

        assertThat(mayRunOn()).isEmpty();
        assertThat(state.places().isConfirmedOff(MW1)).isTrue();
    }

    @Test
    void aVmThatIsSeenOnAnotherHostIsThere() {
        assertThat(read(state.beginReading(), ALL, seen(H2, PowerState.ON))).isEqualTo(Seen.RUNNING);

        assertThat(mayRunOn()).containsExactly(H2);
        assertThat(state.requireVm(MW1).seen().host()).isEqualTo(H2);
    }

    @Test
    void aHostThatDidNotAnswerStaysPossibleAndOneThatDidIsNotWithoutTheVm() {
        Set<HostId> others = Set.of(H2, HostId.of("h3"));
        read(state.beginReading(), others);
        assertThat(mayRunOn()).containsExactly(H1);

        read(state.beginReading(), others, seen(H2, PowerState.ON));
        assertThat(mayRunOn()).containsExactlyInAnyOrder(H1, H2);
        assertThat(state.requireVm(MW1).power()).isEqualTo(PowerState.UNKNOWN);
        assertThat(state.places().uncertain()).containsExactly(MW1);

        read(state.beginReading(), Set.of(H1));
        assertThat(mayRunOn()).containsExactly(H2);
        assertThat(state.places().uncertain()).isEmpty();
    }

    @Test
    void aVmThatWasLastKnownOnAHostThatDoesNotAnswerMayRunThereAndIsNotOff() {
        read(state.beginReading(), Set.of(H1), seen(H2, PowerState.ON));

        assertThat(mayRunOn()).containsExactly(H2);
        assertThat(state.places().isConfirmedOff(MW1)).isFalse();
    }

    @Test
    void aReadingThatBeganBeforeTheLastActionEndedOnlyAddsHosts() {
        long before = state.beginReading();
        state.places().actionBegins(MW1);
        state.places().isOff(MW1, Instant.EPOCH);
        state.places().actionEnds(MW1);

        assertThat(read(before, ALL, seen(H2, PowerState.ON))).isEqualTo(Seen.UNCERTAIN);
        assertThat(mayRunOn()).containsExactly(H2);
        assertThat(state.places().isConfirmedOff(MW1)).isFalse();

        read(before, ALL, seen(H1, PowerState.OFF));
        assertThat(mayRunOn()).containsExactly(H2);

        read(state.beginReading(), ALL, seen(H1, PowerState.OFF));
        assertThat(state.places().isConfirmedOff(MW1)).isTrue();
    }

    @Test
    void whileAnActionIsUnderWayAReadingOnlyAddsHosts() {
        state.places().actionBegins(MW1);
        read(state.beginReading(), ALL, seen(H1, PowerState.OFF));
        assertThat(mayRunOn()).containsExactly(H1);

        read(state.beginReading(), ALL, seen(H2, PowerState.ON));
        assertThat(mayRunOn()).containsExactlyInAnyOrder(H1, H2);
    }

    @Test
    void aVmThatIsSeenRunningTwiceIsASplitBrainUntilItIsSeenOnce() {
        assertThat(read(state.beginReading(), ALL, seen(H1, PowerState.ON), seen(H2, PowerState.ON)))
                .isEqualTo(Seen.TWICE);
        assertThat(state.requireVm(MW1).is(VmState.Flag.SPLIT_BRAIN)).isTrue();
        assertThat(mayRunOn()).containsExactlyInAnyOrder(H1, H2);

        assertThat(read(state.beginReading(), ALL, seen(H2, PowerState.ON))).isEqualTo(Seen.RUNNING);
        assertThat(state.requireVm(MW1).is(VmState.Flag.SPLIT_BRAIN)).isFalse();
    }

    @Test
    void aCopyThatIsOffBesideTheOneThatRunsIsNoSplitBrain() {
        assertThat(read(state.beginReading(), ALL, seen(H1, PowerState.OFF), seen(H2, PowerState.ON)))
                .isEqualTo(Seen.RUNNING);
        assertThat(mayRunOn()).containsExactly(H2);
    }

    @Test
    void anUnknownPowerIsNotOff() {
        read(state.beginReading(), ALL, seen(H1, PowerState.UNKNOWN));

        assertThat(mayRunOn()).containsExactly(H1);
        assertThat(state.places().isConfirmedOff(MW1)).isFalse();
    }

    @Test
    void aReadingTellsAllocationAndWhatIsDeclaredAndChangesNothingThatIsDesired() {
        state.desired(MW1, DesiredState.UNMANAGED);
        VirtualMachine resized = reference
                .requireVm(MW1)
                .withAllocation(Resources.of(3_000, 9_000))
                .withPriority(7)
                .withLoad(0.9);
        read(state.beginReading(), ALL, resized);

        VmRecord record = state.requireVm(MW1);
        assertThat(record.seen().allocation()).isEqualTo(Resources.of(3_000, 9_000));
        assertThat(record.seen().priority()).isEqualTo(7);
        assertThat(record.seen().load()).isEqualTo(0.4);
        assertThat(record.desired()).isEqualTo(DesiredState.UNMANAGED);
    }

    @Test
    void whatIsAsItIsBelievedToBeDiffersInNothing() {
        Sightings same = Sightings.of(PlatformSnapshot.of(reference), state.beginReading(), state.projected());

        assertThat(same.vms(state)).isEmpty();
        assertThat(same.hosts()).isEmpty();
    }

    @Test
    void whatWasComparedBeforeAnotherReadingWasAppliedIsComparedAnew() {
        Sightings before = reading(state.beginReading(), ALL, seen(H1, PowerState.OFF));
        Sightings after = reading(state.beginReading(), ALL, seen(H1, PowerState.ON));
        assertThat(after.vms(state)).isEmpty();
        before.begin(state);
        before.apply(MW1, state);
        before.end(state);

        after.begin(state);

        assertThat(after.vms(state)).containsExactly(MW1);
    }

    @Test
    void whatIsAsAPlanIsAboutToMakeItCountsToo() {
        PendingEffects moves = new PendingEffects(Optional.of(H2), true, Optional.empty(), Optional.empty());
        state.pendingFrom(vm -> vm.equals(MW1) ? moves : PendingEffects.NONE);
        state.touch(MW1);
        assertThat(state.inventory().requireVm(MW1).host()).isEqualTo(H2);

        assertThat(reading(state.beginReading(), ALL, seen(H2, PowerState.ON)).vms(state))
                .containsExactly(MW1);
    }

    private VirtualMachine seen(HostId host, PowerState power) {
        return reference.requireVm(MW1).withHost(host).withPower(power);
    }

    /** Reads a platform on which everything but one VM is as it was. */
    private Seen read(long token, Set<HostId> answered, VirtualMachine... sightings) {
        return reading(token, answered, sightings).apply(MW1, state);
    }

    private Sightings reading(long token, Set<HostId> answered, VirtualMachine... sightings) {
        List<VirtualMachine> vms = new ArrayList<>(reference.without(MW1).vms());
        vms.addAll(List.of(sightings));
        PlatformSnapshot snapshot = new PlatformSnapshot(List.copyOf(reference.hosts()), vms, answered);
        return Sightings.of(snapshot, token, state.projected());
    }

    private Set<HostId> mayRunOn() {
        return state.requireVm(MW1).mayRunOn();
    }
}
