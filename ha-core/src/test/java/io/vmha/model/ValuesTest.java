package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.vmha.Fixtures;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ValuesTest {
    private static final Host HOST = Fixtures.host("h1", ClusterRole.PRIMARY).build();

    @Test
    void anAmountBelowNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Resources.of(0, -1))
                .withMessage("memoryMiB must be 0 or more: -1");
        assertThat(Resources.of(0, 0)).isEqualTo(Resources.NONE);
    }

    @Test
    void theSharesOfAHostAreThoseOfItsCpuAndItsMemory() {
        Resources quarterAndHalf = Resources.of(4_000, 32_768);

        assertThat(quarterAndHalf.shareOf(HOST.capacity())).isEqualTo(0.5);
        assertThat(quarterAndHalf.lesserShareOf(HOST.capacity())).isEqualTo(0.25);
        assertThat(Resources.of(12_000, 32_768).shareOf(HOST.capacity())).isEqualTo(0.75);
        assertThat(Resources.of(12_000, 32_768).lesserShareOf(HOST.capacity())).isEqualTo(0.5);
    }

    @Test
    void aHostIsAsFullAsTheScarcerOfItsResources() {
        assertThat(new HostAllocation(HOST, Resources.of(16_000, 98_304)).fullness())
                .isCloseTo(1.5, within(1e-12));
    }

    @Test
    void candidatesOfOneMachineAndLoadAreEqual() {
        Candidate one = new Candidate(Fixtures.middleware("mw1", "h1").load(0.5).build(), HOST);
        Candidate same =
                new Candidate(Fixtures.middleware("mw1", "h1").load(0.5).build(), HOST);

        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).hasToString("mw1 on h1");
        assertThat(one)
                .isNotEqualTo(
                        new Candidate(Fixtures.middleware("mw1", "h1").load(0.6).build(), HOST))
                .isNotEqualTo(
                        new Candidate(Fixtures.middleware("mw2", "h1").load(0.5).build(), HOST))
                .isNotEqualTo("mw1 on h1");
    }

    @Test
    void aMachineOfNoAllocationOrNegativeLagIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.middleware("mw1", "h1")
                        .allocation(Resources.of(0, 1))
                        .build())
                .withMessageStartingWith("VM mw1: cpuMillis and memoryMiB must be more than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.middleware("mw1", "h1")
                        .allocation(Resources.of(1, 0))
                        .build())
                .withMessageStartingWith("VM mw1: cpuMillis and memoryMiB must be more than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.database("db1", "h1")
                        .replicationLag(Duration.ofMillis(-1))
                        .build())
                .withMessageStartingWith("VM db1: replicationLag must be 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Fixtures.database("db1", "h1").servedBy(VmId.of("db1")).build())
                .withMessage("VM db1: servedBy must name another VM");
    }

    @Test
    void aHostWithoutCpuOrMemoryIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.host("h1", ClusterRole.PRIMARY)
                        .capacity(Resources.of(0, 1))
                        .build())
                .withMessageStartingWith("host h1: cpuMillis and memoryMiB must be more than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixtures.host("h1", ClusterRole.PRIMARY)
                        .capacity(Resources.of(1, 0))
                        .build())
                .withMessageStartingWith("host h1: cpuMillis and memoryMiB must be more than 0");
    }

    @Test
    void aCpuWithoutAModelIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CpuPlatform.parse("/0x11"))
                .withMessage("CPU model must not be blank");
        assertThat(CpuPlatform.parse("xeon-5500")).isEqualTo(new CpuPlatform("xeon-5500", ""));
    }
}
