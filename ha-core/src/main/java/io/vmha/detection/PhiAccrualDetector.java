package io.vmha.detection;

import static java.lang.Math.cbrt;
import static java.lang.Math.exp;
import static java.lang.Math.log;
import static java.lang.Math.log10;
import static java.lang.Math.log1p;
import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.lang.Math.pow;
import static java.lang.Math.sqrt;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The phi accrual failure detector, with the logistic approximation of the normal distribution that Akka uses. Not
 * thread-safe.
 *
 * <p>Since phi only grows while a sender is silent, the moment at which it passes the threshold is worked out with each
 * heartbeat: nobody needs to ask over and over.
 */
final class PhiAccrualDetector implements FailureDetector {
    /** The logistic function of y * (LINEAR + CUBIC * y * y) is close to the normal distribution's. */
    private static final double LINEAR = 1.5976;

    private static final double CUBIC = 0.070566;

    private final SilenceLimit.PhiAccrual limit;
    private final double deviations;
    private final int[] intervalMicros;
    private int count;
    private int next;
    private Instant last;
    private Instant suspectedAt;

    PhiAccrualDetector(SilenceLimit.PhiAccrual limit, Instant since) {
        this.limit = limit;
        this.deviations = deviationsAt(limit.threshold());
        this.intervalMicros = new int[limit.samples()];
        this.last = since;
        long first = micros(limit.interval());
        // As in Akka: a quarter of the interval either way is assumed before anything is seen.
        add(first - first / 4);
        add(first + first / 4);
        this.suspectedAt = suspicionAfter(since);
    }

    /** How many standard deviations above the mean an interval is at which phi has that value. */
    private static double deviationsAt(double phi) {
        double tail = pow(10, -phi);
        double linear = LINEAR / CUBIC;
        double half = (log1p(-tail) - log(tail)) / CUBIC / 2;
        // The one real root of y^3 + linear * y - 2 * half, by Cardano.
        double root = sqrt(half * half + linear * linear * linear / 27);
        return cbrt(half + root) + cbrt(half - root);
    }

    @Override
    public void heartbeat(Instant at) {
        // What came after a suspicion, or before the last one, says nothing about how regularly the sender sends.
        if (at.isAfter(last) && at.isBefore(suspectedAt)) {
            add(micros(Duration.between(last, at)));
        }
        restart(at);
    }

    @Override
    public void restart(Instant at) {
        last = at;
        suspectedAt = suspicionAfter(at);
    }

    @Override
    public Instant suspectedAt() {
        return suspectedAt;
    }

    /** The suspicion at that moment: 0 is none. */
    double phi(Instant now) {
        double silence = micros(Duration.between(last, now));
        double y = (silence - expected()) / deviation();
        double e = exp(-y * (LINEAR + CUBIC * y * y));
        return y > 0 ? -log10(e / (1 + e)) : -log10(1 - 1 / (1 + e));
    }

    private Instant suspicionAfter(Instant at) {
        double silence = expected() + deviations * deviation();
        return at.plus((long) max(1, min(silence, (double) micros(limit.bound()))), ChronoUnit.MICROS);
    }

    private double expected() {
        return mean() + micros(limit.acceptablePause());
    }

    private double mean() {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += intervalMicros[i];
        }
        return sum / count;
    }

    private double deviation() {
        double mean = mean();
        double squares = 0;
        for (int i = 0; i < count; i++) {
            squares += (intervalMicros[i] - mean) * (intervalMicros[i] - mean);
        }
        return max(sqrt(squares / count), (double) micros(limit.minDeviation()));
    }

    private void add(long micros) {
        intervalMicros[next] = (int) min(micros, Integer.MAX_VALUE);
        next = (next + 1) % intervalMicros.length;
        count = min(count + 1, intervalMicros.length);
    }

    /** Rounded up, so that nothing more than 0 becomes 0. */
    private static long micros(Duration duration) {
        return duration.plusNanos(999).dividedBy(ChronoUnit.MICROS.getDuration());
    }
}
