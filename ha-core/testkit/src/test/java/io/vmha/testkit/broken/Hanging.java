package io.vmha.testkit.broken;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A device behind broken parts that hangs while it is told so. */
final class Hanging {
    /** Longer than any contract waits. */
    private static final Duration MOST = Duration.ofSeconds(6);

    private static volatile boolean isOn;

    private Hanging() {}

    static AutoCloseable begin() {
        isOn = true;
        return () -> isOn = false;
    }

    static boolean isOn() {
        return isOn;
    }

    /** Returns when it hangs no more, or after a time that is past every deadline. */
    static void waitWhile() {
        waitWhile(MOST);
    }

    /** Returns when it hangs no more, or after that time. */
    static void waitWhile(Duration atMost) {
        long begun = System.nanoTime();
        while (isOn && System.nanoTime() - begun < atMost.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
