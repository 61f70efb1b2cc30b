package io.vmha.center.config;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How an action that failed transiently, or with an unknown outcome, is tried again: with exponential backoff and jitter.
 *
 * @param maxAttempts tries in all, 1 or more
 * @param initialBackoff the wait after the first try, more than 0; it doubles with each further one
 * @param maxBackoff the longest wait before jitter, at least the initial one
 * @param jitter the largest share of a wait that chance adds to it, 0 to 1
 */
public record RetryPolicy(int maxAttempts, Duration initialBackoff, Duration maxBackoff, double jitter) {

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public RetryPolicy {
        checkArgument(maxAttempts >= 1, "retry: maxAttempts must be 1 or more: %s", maxAttempts);
        checkArgument(
                !initialBackoff.isZero() && !initialBackoff.isNegative(),
                "retry: initialBackoff must be more than 0: %s",
                initialBackoff);
        checkArgument(
                maxBackoff.compareTo(initialBackoff) >= 0,
                "retry: maxBackoff %s must be at least initialBackoff %s",
                maxBackoff,
                initialBackoff);
        CenterConfig.requireNotTooLong("retry: maxBackoff", maxBackoff);
        checkArgument(jitter >= 0 && jitter <= 1, "retry: jitter must be from 0 to 1: %s", jitter);
    }

    /** Five tries, after 1, 2, 4 and 8 seconds, each wait longer by up to a fifth. */
    public static RetryPolicy defaults() {
        return new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofSeconds(30), 0.2);
    }

    /** How long to wait after the given try, 1 or more, before the next one. */
    public Duration backoffAfter(int attempt, RandomGenerator random) {
        double doubled = (double) initialBackoff.toNanos() * Math.pow(2, attempt - 1.0);
        double capped = Math.min(doubled, (double) maxBackoff.toNanos());
        return Duration.ofNanos((long) (capped * (1 + jitter * random.nextDouble())));
    }
}
