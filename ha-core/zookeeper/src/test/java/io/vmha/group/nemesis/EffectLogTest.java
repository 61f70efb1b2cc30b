package io.vmha.group.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The check of the nemesis finds what it is there to find. */
class EffectLogTest {
    private static final Set<String> FAILED = Set.of("a", "b");

    private static List<String> faults(String... lines) {
        return new EffectLog(List.of(lines)).faults(FAILED, Set.of("a"), vm -> true);
    }

    @Test
    void oneOutcomeOfOneLeaderIsWell() {
        assertThat(faults("10 1 1 0 9 off a changed", "12 1 1 1 11 route a c changed"))
                .isEmpty();
    }

    @Test
    void anEffectThatBeginsAfterALaterEpochsFirstIsFoundAndOneOnTheWireIsCounted() {
        String[] before = {"10 1 1 0 9 off a changed", "12 2 1 1 11 route a c changed"};
        assertThat(faults(before[0], before[1], "20 1 2 0 13 off b changed"))
                .singleElement()
                .asString()
                .contains("later epoch");
        EffectLog onTheWire = new EffectLog(List.of(before[0], before[1], "20 1 2 0 11 off b changed"));
        assertThat(onTheWire.faults(FAILED, Set.of("a"), vm -> true)).isEmpty();
        assertThat(onTheWire.onTheWire()).isOne();
    }

    @Test
    void whatALaterLeaderRepeatedIsNotDoneTwiceWhereTheFirstCallWasOnTheWire() {
        EffectLog onTheWire = new EffectLog(
                List.of("10 1 1 0 9 off a changed", "12 2 1 1 11 route a c changed", "20 1 1 1 10 route a d changed"));
        assertThat(onTheWire.faults(FAILED, Set.of("a"), vm -> true)).isEmpty();
        assertThat(onTheWire.onTheWire()).isOne();
    }

    @Test
    void requestsThatLeaveADatabaseBeforeItIsOffAreFound() {
        assertThat(faults("10 1 1 1 9 route a c changed", "12 1 1 0 11 off a changed"))
                .singleElement()
                .asString()
                .contains("not off");
        String[] moved = {"10 1 1 0 9 off a changed", "12 1 1 1 11 route a b changed"};
        assertThat(faults(moved[0], moved[1], "14 1 2 1 13 route a c changed", "16 1 2 0 15 off b changed"))
                .singleElement()
                .asString()
                .contains("not off");
    }

    @Test
    void whatIsDoneTwiceOrNotAtAllOrToAHealthyVmIsFound() {
        assertThat(faults("10 1 1 0 9 off a changed"))
                .singleElement()
                .asString()
                .contains("no outcome");
        assertThat(faults("10 1 1 0 9 off a changed", "12 1 1 1 11 route a c changed", "13 1 2 0 11 off c changed"))
                .singleElement()
                .asString()
                .contains("healthy");
        assertThat(faults("10 1 1 0 9 off a changed", "12 1 1 1 11 route a c changed", "14 1 1 1 13 route a d changed"))
                .anyMatch(fault -> fault.contains("twice"));
        assertThat(faults("10 1 1 0 9 off a changed", "12 1 1 1 11 route a b changed"))
                .singleElement()
                .asString()
                .contains("which failed");
    }
}
