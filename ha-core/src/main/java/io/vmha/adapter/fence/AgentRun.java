package io.vmha.adapter.fence;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of an agent that came to its end, or was killed. Immutable.
 *
 * @param exitCode what it ended with; {@link #KILLED} where it was killed at its deadline
 * @param output the lines of its standard output, of the first 64 KiB; may hold secrets
 * @param errors the lines of its standard error, of the first 64 KiB; may hold secrets
 */
record AgentRun(int exitCode, List<String> output, List<String> errors) {
    static final int KILLED = -1;

    private static final Duration PROMPTLY = Duration.ofSeconds(1);
    private static final long POLL_MILLIS = 10;
    /** Gives the agent a session of its own; a part of every Linux. */
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C", "PYTHONWARNINGS", "ignore");

    /** All that it printed, on either stream. */
    List<String> lines() {
        return ImmutableList.<String>builder().addAll(output).addAll(errors).build();
    }

    /**
     * Runs a program without arguments, in an environment that has nothing of this process's own, and waits for it. Whatever it
     * has started is killed when it has ended, detached or not.
     *
     * @param input what it reads from standard input; overwritten
     * @param deadline when it is killed
     * @throws IOException if it cannot be started
     * @throws InterruptedException if the thread was interrupted; it is killed then too
     */
    static AgentRun of(Path program, byte[] input, Duration deadline) throws IOException, InterruptedException {
        AgentProcesses started = AgentProcesses.unstarted();
        Process process;
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command(program)).directory(Path.of("/").toFile());
            builder.environment().clear();
            builder.environment().putAll(ENVIRONMENT);
            started.mark(builder.environment());
            process = builder.start();
        } catch (IOException notStarted) {
            Arrays.fill(input, (byte) 0);
            throw notStarted;
        }
        try {
            return finish(process, started, input, System.nanoTime() + deadline.toNanos());
        } finally {
            started.killAll(process);
        }
    }

    private static List<String> command(Path program) {
        return Files.isExecutable(SETSID)
                ? List.of(SETSID.toString(), program.toString())
                : List.of(program.toString());
    }

    private static AgentRun finish(Process process, AgentProcesses started, byte[] input, long end)
            throws InterruptedException {
        tell(process, input);
        // Neither stream is waited for: what the agent has started may keep it open for longer than it lives.
        try (AgentOutput output = new AgentOutput(process.getInputStream());
                AgentOutput errors = new AgentOutput(process.getErrorStream())) {
            while (process.isAlive() && System.nanoTime() < end) {
                boolean more = output.poll();
                more |= errors.poll();
                if (!more) {
                    process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
            boolean ended = !process.isAlive();
            started.killAll(process);
            if (!ended) {
                process.waitFor(PROMPTLY.toNanos(), TimeUnit.NANOSECONDS);
                return new AgentRun(KILLED, List.of(), List.of());
            }
            output.drain(PROMPTLY);
            errors.drain(PROMPTLY);
            return new AgentRun(process.exitValue(), lines(output.bytes()), lines(errors.bytes()));
        }
    }

    /** On a thread of its own, since an agent that does not read leaves no room; it ends with the agent at the latest. */
    private static void tell(Process process, byte[] input) {
        Thread writer = new Thread(
                () -> {
                    try (OutputStream stdin = process.getOutputStream()) {
                        stdin.write(input);
                    } catch (IOException hasEnded) {
                        // It did not want to know: its exit code tells why.
                        return;
                    } finally {
                        Arrays.fill(input, (byte) 0);
                    }
                },
                "fence-agent-input");
        writer.setDaemon(true);
        writer.start();
    }

    private static List<String> lines(byte[] bytes) {
        return Splitter.on('\n')
                .trimResults()
                .omitEmptyStrings()
                .splitToList(new String(bytes, StandardCharsets.UTF_8));
    }

    /** The exit code alone: what was printed may hold secrets. */
    @Override
    public String toString() {
        return "AgentRun[exitCode=" + exitCode + "]";
    }
}
