package io.vmha.adapter.fence;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One run of an agent that came to its end, or was killed. Immutable.
 *
 * @param exitCode what it ended with; {@link #KILLED} where it was killed at its deadline
 * @param lines what it printed, both streams together, the first 64 KiB of it; may hold secrets
 */
record AgentRun(int exitCode, List<String> lines) {
    static final int KILLED = -1;

    private static final int MOST_OUTPUT = 65_536;
    private static final Duration PROMPTLY = Duration.ofSeconds(1);
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C", "PYTHONWARNINGS", "ignore");

    /**
     * Runs a program without arguments, in an environment that has nothing of this process's own, and waits for it.
     *
     * @param input what it reads from standard input; overwritten
     * @param deadline when it is killed with all that it has started
     * @throws IOException if it cannot be started
     * @throws InterruptedException if the thread was interrupted; it is killed then too
     */
    static AgentRun of(Path program, byte[] input, Duration deadline) throws IOException, InterruptedException {
        try {
            ProcessBuilder builder = new ProcessBuilder(program.toString())
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(ENVIRONMENT);
            return finish(builder.start(), input, deadline);
        } finally {
            Arrays.fill(input, (byte) 0);
        }
    }

    private static AgentRun finish(Process process, byte[] input, Duration deadline) throws InterruptedException {
        CompletableFuture<byte[]> output = new CompletableFuture<>();
        // A thread of its own: what the agent has started may keep the stream open for longer than it lives.
        Thread reader = new Thread(() -> output.complete(read(process.getInputStream())), "fence-agent-output");
        reader.setDaemon(true);
        reader.start();
        try {
            tell(process, input);
            boolean ended = process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS);
            return new AgentRun(ended ? process.exitValue() : KILLED, ended ? lines(output) : List.of());
        } finally {
            kill(process);
        }
    }

    private static void tell(Process process, byte[] input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException hasEnded) {
            // It did not want to know: its exit code tells why.
            return;
        }
    }

    private static List<String> lines(CompletableFuture<byte[]> output) throws InterruptedException {
        try {
            byte[] bytes = output.get(PROMPTLY.toNanos(), TimeUnit.NANOSECONDS);
            return Splitter.on('\n')
                    .trimResults()
                    .omitEmptyStrings()
                    .splitToList(new String(bytes, StandardCharsets.UTF_8));
        } catch (TimeoutException heldOpen) {
            return List.of();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] read(InputStream stream) {
        try (stream) {
            byte[] head = stream.readNBytes(MOST_OUTPUT);
            stream.transferTo(OutputStream.nullOutputStream());
            return head;
        } catch (IOException closed) {
            return new byte[0];
        } catch (UncheckedIOException closed) {
            return new byte[0];
        }
    }

    /** The agent first, so that it starts nothing more; then what it has started. Nothing to do where it has ended. */
    private static void kill(Process process) throws InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(AgentRun::kill);
        process.waitFor(PROMPTLY.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void kill(ProcessHandle handle) {
        List<ProcessHandle> children = handle.descendants().toList();
        handle.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** The exit code alone: what was printed may hold secrets. */
    @Override
    public String toString() {
        return "AgentRun[exitCode=" + exitCode + "]";
    }
}
