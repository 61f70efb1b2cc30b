package io.vmha.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.event.NeedKind;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.internal.state.Changes;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.Reason;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which changes wake which needs, and when one is tried again where nothing changes. */
class UnmetNeedsTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId DB1 = VmId.of("db1");
    private static final VmId DB5 = VmId.of("db5");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final VirtualTime time = new VirtualTime();
    private final List<Instant> retries = new ArrayList<>();
    private final UnmetNeeds unmet = new UnmetNeeds(time, new Random(1), vm -> retries.add(time.now()));

    @Test
    void aVmThatServesAgainWakesThoseOfItsTypeAlone() {
        note(MW1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_SAME_TYPE_HEALTHY);
        note(DB1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_SAME_TYPE_HEALTHY);

        assertThat(wokenBy(Set.of(VmType.DATABASE), Set.of())).containsExactly(DB1);
    }

    @Test
    void roomInAClusterWakesThoseOfThatClusterAlone() {
        note(DB1, ClusterRole.PRIMARY, NeedKind.RESTORE, Reason.NO_CAPACITY);
        note(DB5, ClusterRole.STANDBY, NeedKind.RESTORE, Reason.NO_CAPACITY);

        assertThat(wokenBy(Set.of(), Set.of(ClusterRole.STANDBY))).containsExactly(DB5);
        assertThat(wokenBy(Set.of(), Set.of())).isEmpty();
    }

    @Test
    void whatWaitsForSomethingToBeConfirmedOffIsNotWokenByRoomOrByOthersThatServe() {
        note(DB1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.FENCING_FAILED);
        note(DB1, ClusterRole.PRIMARY, NeedKind.RESTORE, Reason.PLACE_UNCERTAIN);
        assertThat(wokenBy(Set.of(VmType.DATABASE), Set.of(ClusterRole.PRIMARY)))
                .isEmpty();

        note(DB1, ClusterRole.PRIMARY, NeedKind.RESTORE, Reason.NO_CAPACITY);
        assertThat(wokenBy(Set.of(), Set.of(ClusterRole.PRIMARY))).containsExactly(DB1);
    }

    @Test
    void aNeedThatIsMetWakesNobodyAndIsNotListed() {
        note(MW1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_SAME_TYPE_HEALTHY);
        note(MW1, ClusterRole.PRIMARY, NeedKind.RESTORE, Reason.NO_CAPACITY);
        unmet.met(MW1, NeedKind.SERVE);
        assertThat(unmet.list()).extracting(UnmetNeed::need).containsExactly(NeedKind.RESTORE);
        unmet.met(MW1, NeedKind.RESTORE);

        assertThat(unmet.has(MW1)).isFalse();
        assertThat(wokenBy(Set.of(VmType.MIDDLEWARE), Set.of(ClusterRole.PRIMARY)))
                .isEmpty();
        time.advanceTo(Instant.EPOCH.plus(Duration.ofHours(1)));
        assertThat(retries).isEmpty();
    }

    @Test
    void sinceWhenIsKeptAsLongAsTheReasonIsTheSame() {
        note(MW1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_CAPACITY);
        time.advanceTo(Instant.EPOCH.plusSeconds(5));
        note(MW1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_CAPACITY);
        assertThat(unmet.list()).extracting(UnmetNeed::since).containsExactly(Instant.EPOCH);

        note(MW1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_SAME_TYPE_HEALTHY);
        assertThat(unmet.list()).extracting(UnmetNeed::since).containsExactly(Instant.EPOCH.plusSeconds(5));
        assertThat(unmet.isNoted(MW1, NeedKind.SERVE, Reason.NO_CAPACITY)).isFalse();
    }

    @Test
    void whereNothingChangesItIsTriedAfterAMinuteDoublingToAQuarterOfAnHourAndJitterOnlyAdds() {
        note(MW1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_CAPACITY);
        Instant before = Instant.EPOCH;
        for (long expected : List.of(60L, 120L, 240L, 480L, 900L, 900L)) {
            int tried = retries.size();
            while (retries.size() == tried) {
                assertThat(time.step()).isTrue();
            }
            assertThat(Duration.between(before, time.now()))
                    .isBetween(Duration.ofSeconds(expected), Duration.ofMillis(expected * 1_200));
            before = time.now();
            note(MW1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_CAPACITY);
        }
    }

    @Test
    void aSimulationThatRunsToItsEndDoesNotWaitForThat() {
        note(MW1, ClusterRole.PRIMARY, NeedKind.SERVE, Reason.NO_CAPACITY);
        time.runToEnd();

        assertThat(time.now()).isEqualTo(Instant.EPOCH);
        assertThat(retries).isEmpty();
    }

    private Set<VmId> wokenBy(Set<VmType> serving, Set<ClusterRole> roomy) {
        return unmet.wokenBy(new Changes(serving, roomy));
    }

    private void note(VmId vm, ClusterRole role, NeedKind need, Reason reason) {
        unmet.note(
                reference.requireVm(vm),
                role,
                new UnmetNeed(new FaultSubject.OfVm(vm), need, reason, "because", time.now()));
    }
}
