package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.report.GuestFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program: status 0 is healthy, any other a fault, and one that cannot be started unknown. Immutable.
 *
 * <p>Interrupted at the watch's deadline it kills the program.
 */
public final class CommandProbe implements Probe {
    private static final int MOST_OUTPUT = 1024;
    private static final long MOST_PAUSE_MILLIS = 50;

    private final List<String> command;
    private final GuestFault kind;

    /**
     * Runs a program without a shell.
     *
     * @param command the program and its arguments
     * @param kind what it means that it fails
     * @throws IllegalArgumentException if the command is empty
     */
    public CommandProbe(List<String> command, GuestFault kind) {
        checkArgument(!command.isEmpty(), "command must not be empty");
        this.command = List.copyOf(command);
        this.kind = kind;
    }

    /**
     * Runs it and waits.
     *
     * @throws IOException if it cannot be started
     * @throws InterruptedException if it is interrupted
     */
    @Override
    public ProbeResult check() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String output = outputUntilItEnds(process);
            String detail = command.get(0) + " ended with " + process.exitValue();
            return process.exitValue() == 0
                    ? ProbeResult.healthy(detail)
                    : ProbeResult.failed(kind, detail + ": " + output);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Takes what is there, so that a program that prints much does not wait; a child that holds the stream open is not waited for. */
    private static String outputUntilItEnds(Process process) throws IOException, InterruptedException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        byte[] chunk = new byte[4 * MOST_OUTPUT];
        InputStream stream = process.getInputStream();
        boolean ended = false;
        long pause = 1;
        while (true) {
            int available = stream.available();
            if (available > 0) {
                int read = stream.read(chunk, 0, Math.min(available, chunk.length));
                head.write(chunk, 0, Math.max(0, Math.min(read, MOST_OUTPUT - head.size())));
            } else if (ended) {
                return head.toString(StandardCharsets.UTF_8).strip();
            }
            // Once it has ended a child of its may go on writing: what is kept has an end.
            if (ended && head.size() >= MOST_OUTPUT) {
                return head.toString(StandardCharsets.UTF_8).strip();
            }
            if (!ended) {
                ended = process.waitFor(available > 0 ? 0 : pause, TimeUnit.MILLISECONDS);
                pause = Math.min(2 * pause, MOST_PAUSE_MILLIS);
            }
        }
    }
}
