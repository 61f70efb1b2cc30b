package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is counted of a guest by what libvirt tells, and when it does not tell enough. */
class GuestCountersTest {
    private static OptionalLong requests(Map<String, Long> numbers, String... paths) {
        return GuestCounters.of(new TypedParameters(numbers, Set.of(paths))).requests();
    }

    @Test
    void theRequestsOfAllDisksAndThePacketsThatWereSentAreAdded() {
        assertThat(requests(
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
                                "net.0.rx.pkts",
                                64L),
                        "block.0.path",
                        "block.1.path"))
                .hasValue(63);
    }

    @Test
    void aDomainThatAnotherCallHoldsTellsThePathsOfItsDisksAloneWhichIsNoFigure() {
        assertThat(requests(Map.of("block.count", 1L, "net.count", 1L, "net.0.tx.pkts", 5L), "block.0.path"))
                .isEmpty();
    }

    @Test
    void aDriveWithoutAMediumHasNothingToCount() {
        assertThat(requests(Map.of("block.count", 1L, "net.count", 1L, "net.0.tx.pkts", 5L)))
                .hasValue(5);
    }

    @Test
    void aMachineWithoutDisksAndCardsTellsNothing() {
        assertThat(requests(Map.of("block.count", 0L, "net.count", 0L))).isEmpty();
    }
}
