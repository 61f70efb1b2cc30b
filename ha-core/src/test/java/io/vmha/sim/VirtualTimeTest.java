package io.vmha.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
    private final VirtualTime time = new VirtualTime(Instant.EPOCH, Duration.ofSeconds(2));
    private final List<String> log = new ArrayList<>();

    @Test
    void tasksRunInTheOrderOfTheirTimesAndThenAsTheyWereAdded() {
        time.schedule(Duration.ofSeconds(5), () -> log.add("late"));
        time.schedule(Duration.ofSeconds(1), () -> log.add("first"));
        time.schedule(Duration.ofSeconds(1), () -> log.add("second"));
        time.runToEnd();

        assertThat(log).containsExactly("first", "second", "late");
        assertThat(time.now()).isEqualTo(Instant.EPOCH.plusSeconds(5));
    }

    @Test
    void nothingRunsBeforeItsTime() {
        time.schedule(Duration.ofSeconds(5), () -> log.add("late"));
        time.advanceTo(Instant.EPOCH.plusSeconds(4));

        assertThat(log).isEmpty();
    }

    @Test
    void aCancelledTaskDoesNotRun() {
        time.schedule(Duration.ofSeconds(1), () -> log.add("never")).cancel();
        time.runToEnd();

        assertThat(log).isEmpty();
    }

    @Test
    void aCallTakesItsTimeAndTellsWhatItThrew() {
        time.call(
                () -> {
                    throw new IllegalStateException("broken");
                },
                thrown -> log.add(
                        time.now() + " " + thrown.map(Throwable::getMessage).orElse("fine")));
        time.runToEnd();

        assertThat(log).containsExactly("1970-01-01T00:00:02Z broken");
    }

    @Test
    void timeDoesNotRunBackwards() {
        time.advanceTo(Instant.EPOCH.plusSeconds(1));

        assertThatIllegalArgumentException().isThrownBy(() -> time.advanceTo(Instant.EPOCH));
    }
}
