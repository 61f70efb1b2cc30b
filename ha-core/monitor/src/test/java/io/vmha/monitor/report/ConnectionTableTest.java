package io.vmha.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConnectionTableTest {
    private static final long SECOND = 1_000_000_000L;

    private final ConnectionTable<String> table =
            new ConnectionTable<>(new ConnectionLimits(6, 3, Duration.ofSeconds(5), Duration.ofSeconds(60)));

    @Test
    void aSourceThatHasAllThatItMayHaveLosesItsOldestUnfinishedOne() {
        table.add("a1", "a", 1);
        table.add("a2", "a", 2);
        table.add("a3", "a", 3);

        assertThat(table.hasRoom("a")).isFalse();
        assertThat(table.hasRoom("b")).isTrue();
        assertThat(table.victim("a")).contains("a1");
    }

    @Test
    void whereAllIsTakenTheSourceWithMostLosesItsOldest() {
        table.add("b1", "b", 1);
        table.add("c1", "c", 2);
        for (int i = 1; i <= 3; i++) {
            table.add("a" + i, "a", 2 + i);
        }
        table.add("b2", "b", 6);

        assertThat(table.hasRoom("d")).isFalse();
        assertThat(table.victim("d")).contains("a1");
    }

    @Test
    void aProvenConnectionGoesOnlyWhereNoUnprovenOneIsLeft() {
        for (int i = 1; i <= 3; i++) {
            table.add("a" + i, "a", i);
            table.answering("a" + i);
            table.prove("a" + i);
            table.idle("a" + i, i);
        }
        for (int i = 1; i <= 3; i++) {
            table.add("b" + i, "b", 10 + i);
        }
        for (int i = 1; i <= 3; i++) {
            assertThat(table.victim("c")).contains("b" + i);
            table.remove("b" + i);
        }
        assertThat(table.victim("a")).contains("a1");
        assertThat(table.victim()).contains("a1");
    }

    @Test
    void noneGoesThatIsAnswered() {
        for (String source : List.of("a", "b")) {
            for (int i = 1; i <= 3; i++) {
                table.add(source + i, source, i);
                table.answering(source + i);
            }
        }

        assertThat(table.victim("a")).isEmpty();
        assertThat(table.victim("c")).isEmpty();
    }

    @Test
    void whatIsUnfinishedOrIdleForTooLongExpires() {
        table.add("slow", "a", 0);
        table.add("kept", "a", 0);
        table.answering("kept");
        table.idle("kept", SECOND);

        assertThat(table.expired(4 * SECOND)).isEmpty();
        assertThat(table.expired(5 * SECOND)).contains("slow");
        table.remove("slow");
        assertThat(table.expired(60 * SECOND)).isEmpty();
        assertThat(table.expired(61 * SECOND)).contains("kept");
        table.unfinished("kept", 61 * SECOND);
        assertThat(table.expired(65 * SECOND)).isEmpty();
        assertThat(table.expired(66 * SECOND)).contains("kept");
    }

    /** Whoever comes, in whatever order: the limits hold, and nothing is left once all are gone. */
    @Test
    void theLimitsHoldWhateverHappens() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ConnectionTable<String> any =
                    new ConnectionTable<>(new ConnectionLimits(6, 3, Duration.ofSeconds(5), Duration.ofSeconds(60)));
            for (int i = 0; i < 200; i++) {
                String source = "s" + random.nextInt(5);
                if (!any.hasRoom(source)) {
                    any.victim(source).ifPresent(any::remove);
                }
                if (any.hasRoom(source)) {
                    String made = source + "/" + i;
                    any.add(made, source, i);
                    if (random.nextBoolean()) {
                        any.answering(made);
                        if (random.nextBoolean()) {
                            any.prove(made);
                        }
                        if (random.nextInt(3) > 0) {
                            any.idle(made, i);
                        }
                    }
                }
                assertThat(any.size()).as("seed %s", seed).isLessThanOrEqualTo(6);
                long ofSource = any.all().stream()
                        .filter(one -> one.startsWith(source + "/"))
                        .count();
                assertThat(ofSource).as("seed %s", seed).isLessThanOrEqualTo(3);
            }
            any.all().forEach(any::remove);
            assertThat(any.victim()).as("seed %s", seed).isEmpty();
            assertThat(any.expired(Long.MAX_VALUE / 2)).as("seed %s", seed).isEmpty();
        }
    }

    @Test
    void limitsThatWouldUseUpTheFilesAreRefused() {
        Duration any = Duration.ofSeconds(1);
        int files = (int) FileLimit.ofThisProcess();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConnectionLimits(files / 2 + 1, 1, any, any))
                .withMessageContaining("half of the " + files + " files");
        assertThatIllegalArgumentException().isThrownBy(() -> new ConnectionLimits(0, 1, any, any));
        assertThatIllegalArgumentException().isThrownBy(() -> new ConnectionLimits(2, 3, any, any));
        assertThatIllegalArgumentException().isThrownBy(() -> new ConnectionLimits(2, 1, Duration.ZERO, any));
        assertThatIllegalArgumentException().isThrownBy(() -> new ConnectionLimits(2, 1, any, any.negated()));
        assertThat(ConnectionLimits.defaults().total()).isLessThanOrEqualTo(files / 4);
    }

    @Test
    void theFileLimitIsReadAsLinuxSaysIt() {
        assertThat(FileLimit.of(List.of(
                        "Limit                     Soft Limit           Hard Limit           Units     ",
                        "Max open files            1024                 524288               files     ")))
                .isEqualTo(1024);
        assertThat(FileLimit.of(List.of("Max open files            unlimited            unlimited            files")))
                .isEqualTo(1 << 20);
        assertThat(FileLimit.of(List.of())).isEqualTo(1024);
    }
}
