package io.vmha.adapter.postgresql;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.internal.PeerText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A shell that a program of this host gives: {@code ssh -oBatchMode=yes postgres@db1 sh}, or {@code setpriv
 * --reuid=postgres --regid=postgres --clear-groups sh} for a server on this host. The script goes to its standard input, so
 * that nothing depends on how the program treats arguments. Immutable.
 */
public final class ProcessShell implements HostShell {
    private static final int MOST_OUTPUT = 16_384;
    private static final int LAST_LINES = 3;

    private final ImmutableList<String> command;

    private ProcessShell(List<String> command) {
        this.command = ImmutableList.copyOf(command);
    }

    /**
     * Returns a shell.
     *
     * @param command the program, with a whole path or from the search path, and its arguments; no credential, which every
     *     user of this host could see
     * @throws IllegalArgumentException if there is no program
     */
    public static ProcessShell of(String... command) {
        checkArgument(command.length > 0 && !command[0].isBlank(), "a shell needs a program");
        return new ProcessShell(List.of(command));
    }

    @Override
    public String run(String script, CallContext call) {
        Duration left = call.requireTimeLeft();
        Process process = start();
        // Threads of their own, which end with the process: either pipe may be full while the other is waited for.
        CompletableFuture<String> output = new CompletableFuture<>();
        CompletableFuture<String> errors = new CompletableFuture<>();
        inBackground(() -> output.complete(read(process.getInputStream())));
        inBackground(() -> errors.complete(read(process.getErrorStream())));
        inBackground(() -> write(process.getOutputStream(), script));
        try {
            if (!process.waitFor(left.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AdapterException.OutcomeUnknown(
                        Cause.TIMEOUT, command.get(0) + " did not end within " + left);
            }
            if (process.exitValue() != 0) {
                throw new AdapterException.Permanent(
                        Cause.REFUSED,
                        command.get(0) + " ended with " + process.exitValue() + ": " + lastLines(await(errors)));
            }
            return await(output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdapterException.OutcomeUnknown(Cause.TIMEOUT, command.get(0) + " was not waited for", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Process start() {
        try {
            return new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new AdapterException.Transient(
                    Cause.UNREACHABLE, command.get(0) + " cannot be started: " + e.getMessage(), e);
        }
    }

    private static void inBackground(Runnable body) {
        Thread thread = new Thread(body, "vmha-host-shell");
        thread.setDaemon(true);
        thread.start();
    }

    /** What a process has printed that has ended. What it has started may hold the pipe open for longer. */
    private static String await(CompletableFuture<String> printed) throws InterruptedException {
        try {
            return printed.completeOnTimeout("", 1, TimeUnit.SECONDS).get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String read(InputStream stream) {
        try (stream) {
            byte[] head = stream.readNBytes(MOST_OUTPUT);
            stream.transferTo(OutputStream.nullOutputStream());
            return new String(head, StandardCharsets.UTF_8);
        } catch (IOException | UncheckedIOException closed) {
            return "";
        }
    }

    private static void write(OutputStream stream, String script) {
        try (stream) {
            stream.write(script.getBytes(StandardCharsets.UTF_8));
        } catch (IOException hasEnded) {
            // It did not read it all: its exit code tells why.
            return;
        }
    }

    private static String lastLines(String text) {
        List<String> lines = text.strip().lines().toList();
        return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).stream()
                .map(PeerText::quote)
                .collect(Collectors.joining("; "));
    }

    /** The program alone. */
    @Override
    public String toString() {
        return command.get(0);
    }
}
