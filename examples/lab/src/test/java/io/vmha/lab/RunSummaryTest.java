package io.vmha.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.lab.DatabaseLogs.Reign;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RunSummaryTest {
    private static final Set<Long> ALL_ROWS = LongStream.range(0, 80).boxed().collect(Collectors.toSet());
    private static final List<Reign> ONE_SOURCE = List.of(new Reign("primary", 0, 10, 40));

    @Test
    void timesAreCountedFromTheFault() {
        RunSummary.Phase phase = summary(ALL_ROWS, ONE_SOURCE).phases().get(0);

        assertThat(phase.detected()).hasValue(400);
        assertThat(phase.decided()).hasValue(410);
        assertThat(phase.fenced()).hasValue(600);
        assertThat(phase.redirected()).hasValue(430);
    }

    @Test
    void theGapIsFromTheFirstFailedRequestToTheNextGoodAnswer() {
        assertThat(summary(ALL_ROWS, ONE_SOURCE).phases().get(0).gap()).isEqualTo(OptionalLong.of(920));
    }

    @Test
    void failuresAreCountedByWhoseUsersTheyAre() {
        RunSummary summary = summary(ALL_ROWS, ONE_SOURCE);

        assertThat(summary.phases().get(0).failedOfAffected()).isEqualTo(9);
        assertThat(summary.phases().get(0).failedOfOthers()).isZero();
        assertThat(summary.slow()).isEqualTo(1);
        assertThat(summary.violations()).isEmpty();
    }

    @Test
    void anAcknowledgedRowThatIsNotThereIsAViolation() {
        Set<Long> rows = ALL_ROWS.stream().filter(row -> row != 5).collect(Collectors.toSet());

        assertThat(summary(rows, ONE_SOURCE).violations()).containsExactly("1 acknowledged rows are lost");
    }

    @Test
    void aRowThatWasNeverAcknowledgedMayBeMissing() {
        Set<Long> rows = ALL_ROWS.stream().filter(row -> row != 4).collect(Collectors.toSet());

        assertThat(summary(rows, ONE_SOURCE).lostRows()).isZero();
    }

    @Test
    void writesByTurnsAreAViolation() {
        List<Reign> reigns = DatabaseLogs.of(
                List.of(insert("20:00:00.100"), insert("20:00:00.300")), List.of(insert("20:00:00.200"), "other line"));

        assertThat(reigns).extracting(Reign::database).containsExactly("primary", "standby", "primary");
        assertThat(summary(ALL_ROWS, reigns).violations())
                .singleElement()
                .asString()
                .contains("two accepted writes at once");
    }

    @Test
    void aGapLongerThanAllowedIsAViolation() {
        assertThat(RunSummary.of(Recordings.flipped(), ALL_ROWS, ONE_SOURCE, Duration.ofMillis(400))
                        .violations())
                .singleElement()
                .asString()
                .contains("920 ms", "more than 900");
    }

    @Test
    void whatAReplicaRefusedWasNotWritten() {
        List<Reign> reigns = DatabaseLogs.of(
                List.of(insert("20:00:00.100"), insert("20:00:00.300")),
                List.of(
                        insert("20:00:00.200"),
                        "2026-11-23 20:00:00.201 UTC [77] ERROR:  cannot execute INSERT in a read-only transaction"));

        assertThat(reigns).extracting(Reign::database).containsExactly("primary");
    }

    private static String insert(String time) {
        return "2026-11-23 " + time + " UTC [77] LOG:  execute <unnamed>: insert into requests (id) values ($1)";
    }

    private static RunSummary summary(Set<Long> rows, List<Reign> reigns) {
        return RunSummary.of(Recordings.flipped(), rows, reigns, Duration.ofSeconds(1));
    }
}
