package io.vmha.lab;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for conditions. */
final class Waiting {
    private static final Duration BETWEEN = Duration.ofMillis(100);

    private Waiting() {}

    /**
     * Waits until it is so; what it throws counts as not yet.
     *
     * @throws LabException if it is not so within the time
     */
    static void until(String what, Duration limit, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .ignoreExceptions()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(BETWEEN)
                    .atMost(limit)
                    .until(condition);
        } catch (ConditionTimeoutException late) {
            throw new LabException("not within " + limit.toSeconds() + " s: " + what);
        }
    }
}
