package io.vmha.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReturnPaceTest {
    private static final VmId DB1 = VmId.of("db1");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final ReturnPace pace = new ReturnPace();

    @Test
    void aSecondReturnWithinAnHourWaitsAMinute() {
        pace.returns(DB1, NOON);

        assertThat(pace.waitOf(DB1, NOON.plusSeconds(10))).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void aReturnThatCameToNothingDoesNotCount() {
        pace.returns(DB1, NOON);
        pace.cameToNothing(DB1);

        assertThat(pace.waitOf(DB1, NOON.plusSeconds(10))).isEqualTo(Duration.ZERO);
    }

    @Test
    void aReturnThatCameToNothingLeavesEarlierOnesCounted() {
        pace.returns(DB1, NOON);
        pace.returns(DB1, NOON.plusSeconds(90));
        pace.cameToNothing(DB1);

        assertThat(pace.waitOf(DB1, NOON.plusSeconds(100))).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void ofAVmThatNeverReturnedNothingIsForgotten() {
        pace.cameToNothing(DB1);

        assertThat(pace.waitOf(DB1, NOON)).isEqualTo(Duration.ZERO);
    }

    @Test
    void ofAVmThatWasDeletedNothingIsKept() {
        pace.returns(DB1, NOON);
        pace.forget(DB1);

        assertThat(pace.waitOf(DB1, NOON.plusSeconds(10))).isEqualTo(Duration.ZERO);
    }
}
