package io.vmha.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.vmha.fault.FaultSubject;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SilenceLimitTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int CASES = 500;

    @Test
    void aDeadlinePassesItsTimeoutAfterTheLastHeartbeat() {
        FailureDetector detector = new SilenceLimit.Deadline(SECOND, Duration.ofSeconds(5)).newDetector(at(0));
        assertThat(detector.suspectedAt()).isEqualTo(at(5));

        detector.heartbeat(at(3));
        assertThat(detector.suspectedAt()).isEqualTo(at(8));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2, 8, 16, 100})
    void phiReachesItsThresholdAtTheMomentOfSuspicion(double threshold) {
        SilenceLimit.PhiAccrual limit = new SilenceLimit.PhiAccrual(
                SECOND, threshold, Duration.ofMillis(100), Duration.ofSeconds(3), Duration.ofMinutes(5), 50);
        PhiAccrualDetector detector = new PhiAccrualDetector(limit, at(0));
        Random random = new Random(7);
        double seconds = 0;
        for (int i = 0; i < 200; i++) {
            seconds += 0.8 + 0.4 * random.nextDouble();
            detector.heartbeat(at(seconds));
        }

        assertThat(detector.phi(detector.suspectedAt())).isCloseTo(threshold, within(0.01));
        assertThat(detector.phi(detector.suspectedAt().minusMillis(50))).isLessThan(threshold);
    }

    @Test
    void aSenderThatIsMoreRegularIsSuspectedSooner() {
        assertThat(suspicionAfter(0.05)).isLessThan(suspicionAfter(0.5));
    }

    private static Duration suspicionAfter(double spread) {
        FailureDetector detector = SilenceLimit.PhiAccrual.every(SECOND).newDetector(at(0));
        double seconds = 0;
        for (int i = 0; i < 200; i++) {
            seconds += i % 2 == 0 ? 1 - spread : 1 + spread;
            detector.heartbeat(at(seconds));
        }
        return Duration.between(at(seconds), detector.suspectedAt());
    }

    /** Heartbeats that come no later than by the slack are never suspected, whatever their history. */
    @Test
    void regularHeartbeatsAreNeverSuspected() {
        for (long seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            SilenceLimit limit = limit(random);
            double interval = limit.interval().toNanos() / 1e9;
            double jitter = Math.min(limit.slack().toNanos() / 1e9 / 3, interval / 2);
            FailureDetector detector = limit.newDetector(at(0));
            double seconds = 0;
            for (int i = 0; i < 300; i++) {
                seconds += interval - jitter + 2 * jitter * random.nextDouble();
                assertThat(detector.suspectedAt())
                        .as("seed %s, heartbeat %s of %s", seed, i, limit)
                        .isAfter(at(seconds));
                detector.heartbeat(at(seconds));
            }
        }
    }

    /** Whatever came before, in whatever order, silence is suspected within the bound, and not before the next is due. */
    @Test
    void silenceIsAlwaysSuspectedWithinTheBound() {
        for (long seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            SilenceLimit limit = limit(random);
            FailureDetector detector = limit.newDetector(at(0));
            double seconds = 0;
            for (int i = 0; i < 300; i++) {
                seconds += random.nextGaussian() * random.nextInt(1_000);
                if (random.nextInt(10) == 0) {
                    detector.restart(at(seconds));
                } else {
                    detector.heartbeat(at(seconds));
                }
                assertThat(detector.suspectedAt())
                        .as("seed %s, heartbeat %s of %s", seed, i, limit)
                        .isAfter(at(seconds))
                        .isBeforeOrEqualTo(at(seconds).plus(limit.bound()).plusNanos(1_000));
            }
        }
    }

    private static SilenceLimit limit(Random random) {
        Duration interval = Duration.ofMillis(100 + random.nextInt(10_000));
        if (random.nextBoolean()) {
            return new SilenceLimit.Deadline(interval, interval.multipliedBy(2 + random.nextInt(5)));
        }
        return new SilenceLimit.PhiAccrual(
                interval,
                0.5 + 20 * random.nextDouble(),
                interval.dividedBy(10),
                interval.multipliedBy(1 + random.nextInt(4)),
                interval.multipliedBy(10 + random.nextInt(30)),
                2 + random.nextInt(200));
    }

    static List<Supplier<Object>> refused() {
        Duration ten = Duration.ofSeconds(10);
        return List.of(
                () -> new SilenceLimit.Deadline(Duration.ZERO, ten),
                () -> new SilenceLimit.Deadline(Duration.ofHours(1), Duration.ofHours(2)),
                () -> new SilenceLimit.Deadline(ten, ten),
                () -> new SilenceLimit.PhiAccrual(SECOND, 0, SECOND, SECOND, ten, 10),
                () -> new SilenceLimit.PhiAccrual(SECOND, Double.NaN, SECOND, SECOND, ten, 10),
                () -> new SilenceLimit.PhiAccrual(SECOND, 8, Duration.ZERO, SECOND, ten, 10),
                () -> new SilenceLimit.PhiAccrual(SECOND, 8, SECOND, SECOND.negated(), ten, 10),
                () -> new SilenceLimit.PhiAccrual(SECOND, 8, SECOND, Duration.ofSeconds(9), ten, 10),
                () -> new SilenceLimit.PhiAccrual(SECOND, 8, SECOND, SECOND, ten, 1),
                () -> SilenceLimit.PhiAccrual.every(SECOND.negated()),
                () -> DetectionConfig.builder().gatherFor(Duration.ofMillis(1)).build(),
                () -> DetectionConfig.builder().together(Duration.ofMillis(1)).build(),
                () -> DetectionConfig.builder().silentShare(0).build(),
                () -> DetectionConfig.builder().silentShare(1.1).build(),
                () -> DetectionConfig.builder().selfSuspicionShare(0).build(),
                () -> DetectionConfig.builder().selfSuspicionShare(1.1).build(),
                () -> DetectionConfig.builder().probesPerHost(0).build(),
                () -> DetectionConfig.builder().probesAtOnce(1).build(),
                () -> DetectionConfig.builder().probesAtOnce(1_025).build(),
                () -> DetectionConfig.builder().silentVmsAtLeast(1).build(),
                () -> DetectionConfig.builder().source(" ").build(),
                () -> DetectionConfig.builder().lookAgainAfter(Duration.ZERO).build(),
                () -> DetectionConfig.builder()
                        .secondCheckDeadline(Duration.ZERO)
                        .build(),
                () -> DetectionConfig.builder().ownPause(Duration.ofSeconds(4)).build(),
                () -> DetectionConfig.builder().startsWithin(SECOND.negated()).build(),
                () -> Heartbeat.ofVm(VmId.of("x"), -1, 0),
                () -> new Heartbeat(new FaultSubject.OfVm(VmId.of("x")), 0, -1));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatIsOutOfItsRangeOrContradictsItselfIsRefused(Supplier<Object> made) {
        assertThatIllegalArgumentException().isThrownBy(made::get);
    }

    private static Instant at(double seconds) {
        return Instant.EPOCH.plusNanos((long) (seconds * 1e9));
    }
}
