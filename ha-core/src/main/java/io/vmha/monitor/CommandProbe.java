package io.vmha.monitor;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs a program: status 0 is healthy, any other a fault. Immutable.
 *
 * <p>Interrupted at the watch's deadline it kills the program.
 */
public final class CommandProbe implements Probe {
    private static final int MOST_OUTPUT = 1024;

    private final ImmutableList<String> command;
    private final FaultKind kind;

    /**
     * Runs a program without a shell.
     *
     * @param command the program and its arguments
     * @param kind what it means that it fails; of scope VM
     * @throws IllegalArgumentException if the command is empty, or the kind a host's
     */
    public CommandProbe(List<String> command, FaultKind kind) {
        checkArgument(!command.isEmpty(), "command must not be empty");
        checkArgument(kind.scope() == FaultKind.Scope.VM, "kind must be a fault of a machine: %s", kind);
        this.command = ImmutableList.copyOf(command);
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
            int status = process.waitFor();
            String detail = command.get(0) + " ended with " + status;
            return status == 0
                    ? ProbeResult.healthy(detail)
                    : ProbeResult.failed(kind, detail + ": " + output(process));
        } finally {
            process.destroyForcibly();
        }
    }

    /** What is there already: a child that holds the stream open is not waited for. */
    private static String output(Process process) throws IOException {
        InputStream stream = process.getInputStream();
        byte[] head = stream.readNBytes(Math.min(MOST_OUTPUT, stream.available()));
        return new String(head, StandardCharsets.UTF_8).strip();
    }
}
