package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is counted of a guest by what libvirt tells, and when it does not tell enough. */
class GuestCountersTest {
    private static Optional<GuestUse> use(Map<String, Long> numbers, String... paths) {
        return GuestCounters.of(new TypedParameters(numbers, Set.of(paths))).use();
    }

    @Test
    void theRequestsOfAllDisksAreAddedAndSoIsWhatAllCardsSent() {
        assertThat(use(
                        Map.of(
                                "block.count",
                                2L,
                                "block.0.rd.reqs",
                                1L,
                                "block.0.wr.reqs",
                                2L,
                                "block.0.fl.reqs",
                                4L,
                                "block.1.rd.reqs",
                                8L,
                                "block.1.wr.reqs",
                                16L,
                                "net.count",
                                1L,
                                "net.0.tx.pkts",
                                32L,
                                "net.0.tx.bytes",
                                64L,
                                "net.0.rx.pkts",
                                128L),
                        "block.0.path",
                        "block.1.path"))
                .hasValue(new GuestUse(31, 32, 64));
    }

    @Test
    void aDomainThatAnotherCallHoldsTellsThePathsOfItsDisksAloneWhichIsNoFigure() {
        assertThat(use(Map.of("block.count", 1L, "net.count", 1L, "net.0.tx.pkts", 5L), "block.0.path"))
                .isEmpty();
    }

    @Test
    void aDriveWithoutAMediumHasNothingToCount() {
        assertThat(use(Map.of("block.count", 1L, "net.count", 1L, "net.0.tx.pkts", 5L, "net.0.tx.bytes", 300L)))
                .hasValue(new GuestUse(0, 5, 300));
    }

    @Test
    void packetsOfASizeThatIsNotToldMayBeOfAny() {
        assertThat(use(Map.of("block.count", 0L, "net.count", 1L, "net.0.tx.pkts", 2L)))
                .hasValue(new GuestUse(0, 2, 3_000));
    }

    @Test
    void aMachineWithoutDisksAndCardsTellsNothing() {
        assertThat(use(Map.of("block.count", 0L, "net.count", 0L))).isEmpty();
    }
}
