package io.vmha.detection;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.time.Instant;

/** How long a sender may be silent before it is suspected. Immutable. */
public sealed interface SilenceLimit permits SilenceLimit.Deadline, SilenceLimit.PhiAccrual {

    /** The longest interval between heartbeats that can be watched. */
    Duration LONGEST_INTERVAL = Duration.ofMinutes(30);

    /** How often senders send, more than 0 and at most 30 minutes. */
    Duration interval();

    /** The silence past which a sender is suspected in any case. */
    Duration bound();

    /** How much later than by its interval a heartbeat may come without any suspicion. */
    Duration slack();

    /** Makes a detector for a sender that is known since the given moment. */
    FailureDetector newDetector(Instant since);

    private static void checkInterval(Duration interval) {
        checkArgument(
                !interval.isZero() && !interval.isNegative() && interval.compareTo(LONGEST_INTERVAL) <= 0,
                "interval must be more than 0 and at most 30 minutes: %s",
                interval);
    }

    /**
     * A fixed limit.
     *
     * @param interval how often senders send, more than 0 and at most 30 minutes
     * @param timeout the silence past which a sender is suspected, longer than the interval
     */
    record Deadline(Duration interval, Duration timeout) implements SilenceLimit {

        /**
         * Checks the limits.
         *
         * @throws IllegalArgumentException if one of them is out of its range
         */
        public Deadline {
            checkInterval(interval);
            checkArgument(
                    timeout.compareTo(interval) > 0, "timeout %s must be longer than interval %s", timeout, interval);
        }

        @Override
        public Duration bound() {
            return timeout;
        }

        @Override
        public Duration slack() {
            return timeout.minus(interval);
        }

        @Override
        public FailureDetector newDetector(Instant since) {
            return new DeadlineDetector(timeout, since);
        }
    }

    /**
     * A limit that follows how regularly a sender sends: the phi accrual failure detector of Hayashibara, D&eacute;fago, Yared
     * and Katayama (2004), with a normal distribution of the intervals, as Akka has it.
     *
     * <p>A phi of 1 means that the suspicion is wrong once in 10 times, of 2 once in 100, and so on, as far as the intervals
     * seen tell.
     *
     * @param interval how often senders send, more than 0 and at most 30 minutes: what is assumed before any is seen
     * @param threshold the phi from which on a sender is suspected, more than 0 and at most 100
     * @param minDeviation the smallest standard deviation assumed, more than 0: with less, a sender that was regular so far
     *     would be suspected for nothing
     * @param acceptablePause what is added to the mean interval, 0 or more: for pauses that were not seen before
     * @param bound the silence past which a sender is suspected whatever phi is, longer than interval and pause together
     * @param samples how many intervals are looked back upon, 2 to 10,000
     */
    record PhiAccrual(
            Duration interval,
            double threshold,
            Duration minDeviation,
            Duration acceptablePause,
            Duration bound,
            int samples)
            implements SilenceLimit {

        /**
         * Checks the limits.
         *
         * @throws IllegalArgumentException if one of them is out of its range
         */
        public PhiAccrual {
            checkInterval(interval);
            checkArgument(
                    threshold > 0 && threshold <= 100, "threshold must be more than 0 and at most 100: %s", threshold);
            checkArgument(
                    !minDeviation.isZero() && !minDeviation.isNegative(),
                    "minDeviation must be more than 0: %s",
                    minDeviation);
            checkArgument(!acceptablePause.isNegative(), "acceptablePause must be 0 or more: %s", acceptablePause);
            checkArgument(
                    bound.compareTo(interval.plus(acceptablePause)) > 0,
                    "bound %s must be longer than interval %s and acceptablePause %s together",
                    bound,
                    interval,
                    acceptablePause);
            checkArgument(samples >= 2 && samples <= 10_000, "samples must be 2 to 10,000: %s", samples);
        }

        /**
         * What suits senders of that interval: phi 8, a deviation of at least a tenth of the interval, a pause of 3 of them,
         * 20 of them at most, and 100 samples.
         *
         * @throws IllegalArgumentException if the interval is out of its range
         */
        public static PhiAccrual every(Duration interval) {
            checkInterval(interval);
            return new PhiAccrual(
                    interval,
                    8,
                    interval.dividedBy(10).plusNanos(1),
                    interval.multipliedBy(3),
                    interval.multipliedBy(20),
                    100);
        }

        @Override
        public Duration slack() {
            return acceptablePause;
        }

        @Override
        public FailureDetector newDetector(Instant since) {
            return new PhiAccrualDetector(this, since);
        }
    }
}
