package io.vmha.vsphere;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * When a guest counts as hung. Not by a red heartbeat alone: it must stay red for a time that grows with how long this guest's
 * heartbeats were away before and came back, and for that time the VM must have read, written and sent nothing. A VM that
 * computes is given twice that time. Immutable.
 *
 * @param shortest how long a heartbeat must be red at least, 20 seconds or more
 * @param longest how long at the most, whatever was usual; not less than {@code shortest}
 * @param mostAtOnce how many guests may look hung at the same time; where there are more, none is reported, as their host,
 *     storage or server is at fault and not they. 0 never reports a guest
 * @param slowAnswer an answer of the server that takes longer makes its word worthless, 1 millisecond or more
 * @param interval how often guests are looked at, 1 millisecond or more
 */
public record HangRules(Duration shortest, Duration longest, int mostAtOnce, Duration slowAnswer, Duration interval) {
    private static final Duration LEAST = Duration.ofSeconds(20);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public HangRules {
        checkArgument(shortest.compareTo(LEAST) >= 0, "shortest must be 20 s or more: %s", shortest);
        checkArgument(longest.compareTo(shortest) >= 0, "longest must not be less than shortest: %s", longest);
        checkArgument(mostAtOnce >= 0, "mostAtOnce must be 0 or more: %s", mostAtOnce);
        checkArgument(slowAnswer.toMillis() >= 1, "slowAnswer must be 1 ms or more: %s", slowAnswer);
        checkArgument(interval.toMillis() >= 1, "interval must be 1 ms or more: %s", interval);
    }

    /** Returns the default: 1 to 10 minutes, 2 guests at once, an answer within 2 seconds, a look every 10 seconds. */
    public static HangRules defaults() {
        return new HangRules(
                Duration.ofMinutes(1), Duration.ofMinutes(10), 2, Duration.ofSeconds(2), Duration.ofSeconds(10));
    }
}
