package io.vmha.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how long this VM has been up. Stateless. */
final class Uptime {
    static final Path FILE = Path.of("/proc/uptime");
    private static final Pattern SECONDS = Pattern.compile("(\\d{1,12})\\.\\d{1,9} .*", Pattern.DOTALL);

    private Uptime() {}

    /** Returns the uptime, in whole seconds; empty if the file cannot be read or says something else. */
    static Optional<Duration> ofKernel(Path file) {
        try {
            Matcher words = SECONDS.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            return words.matches() ? Optional.of(Duration.ofSeconds(Long.parseLong(words.group(1)))) : Optional.empty();
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }
}
