package io.vmha.group.nemesis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A {@link SitesProcess} as its parent sees it. The process ends when its parent does, whatever the parent's end is: it reads its input
 * to the end.
 *
 * <p>Thread-safe, but for {@link #tell} and {@link #answer}, which belong to one thread. What the process says is read by a thread of its
 * own; the sites that it leads are volatile and immutable.
 */
final class SitesInstance implements AutoCloseable {
    private static final String LEADS = "leads";
    private static final String ANSWER = "answer ";
    private static final long ANSWERS_WITHIN_SECONDS = 600;
    private static final long DIES_WITHIN_SECONDS = 20;

    private final String name;
    private final Path errors;
    private final Process process;
    private final PrintWriter input;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private volatile Set<String> led = Set.of();

    private SitesInstance(String name, Process process, Path errors) {
        this.name = name;
        this.errors = errors;
        this.process = process;
        this.input = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    /**
     * Starts a process.
     *
     * @param errors where what it says on its standard error is written to
     */
    static SitesInstance start(String name, List<String> command, Path errors) throws IOException {
        SitesInstance instance = new SitesInstance(
                name,
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                        .start(),
                errors);
        Thread reader = new Thread(instance::listen, name + "-says");
        reader.setDaemon(true);
        reader.start();
        return instance;
    }

    private void listen() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(LEADS)) {
                    led = Arrays.stream(line.substring(LEADS.length()).split(" "))
                            .filter(site -> !site.isEmpty())
                            .collect(Collectors.toUnmodifiableSet());
                } else if (line.startsWith(ANSWER)) {
                    answers.add(line.substring(ANSWER.length()));
                }
            }
            answers.add("ended");
        } catch (IOException killed) {
            answers.add("ended: " + killed.getMessage());
        }
        led = Set.of();
    }

    String name() {
        return name;
    }

    /** The sites that it said last that it leads. */
    Set<String> led() {
        return led;
    }

    /** Tells it to do something, which it answers. */
    void tell(String line) {
        input.println(line);
    }

    /** What it answers to what it was told last. */
    String answer() throws InterruptedException {
        String answer = answers.poll(ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
            throw new IllegalStateException(name + " does not answer");
        }
        return answer;
    }

    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** What it said on its standard error. */
    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException none) {
            return none.toString();
        }
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** Kills it, as {@code kill -9} does. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(DIES_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " does not die");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
