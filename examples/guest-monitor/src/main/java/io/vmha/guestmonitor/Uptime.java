package io.vmha.guestmonitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How long this machine is up. Stateless. */
final class Uptime {
    private static final Path FILE = Path.of("/proc/uptime");
    private static final double MILLIS = 1000.0;

    private Uptime() {}

    /** What is left of a time after the boot: nothing if it has passed, all of it if the uptime cannot be read. */
    static Duration left(Duration afterBoot) {
        try {
            String[] words =
                    Files.readString(FILE, StandardCharsets.US_ASCII).trim().split(" ", -1);
            Duration left = afterBoot.minusMillis((long) (Double.parseDouble(words[0]) * MILLIS));
            return left.isNegative() ? Duration.ZERO : left;
        } catch (IOException | NumberFormatException unknown) {
            return afterBoot;
        }
    }
}
