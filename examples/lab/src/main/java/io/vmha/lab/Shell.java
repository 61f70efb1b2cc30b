package io.vmha.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs. Immutable and thread-safe. */
final class Shell {
    private final Map<String, String> environment;

    Shell(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * Runs a program to its end and returns what it prints.
     *
     * @throws LabException if it fails, or takes longer
     */
    String run(Duration limit, List<String> command) {
        try {
            // Into a file: a daemon that is started keeps the output open.
            Path output = Files.createTempFile("vmha-lab", ".out");
            try {
                Process process = builder(command)
                        .redirectOutput(output.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .start();
                boolean isOver = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
                if (!isOver) {
                    process.destroyForcibly();
                }
                String text = Files.readString(output, UTF_8);
                if (!isOver || process.exitValue() != 0) {
                    throw new LabException(
                            String.join(" ", command) + (isOver ? " failed: " : " took too long: ") + text);
                }
                return text;
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException(String.join(" ", command) + " was interrupted");
        }
    }

    /** Whether the program succeeds within the time. */
    boolean succeeds(Duration limit, List<String> command) {
        try {
            run(limit, command);
            return true;
        } catch (LabException failed) {
            return false;
        }
    }

    /** Starts a program that goes on, with what it prints in a log. */
    Process start(Path log, List<String> command) {
        try {
            return builder(command)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder;
    }
}
