package io.vmha.adapter.fence;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.vmha.FreePort;
import io.vmha.model.HostId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Simulated management boards of two hosts, started by the lab's script. It fails where they cannot be started. */
final class IpmiLab implements AutoCloseable {
    static final HostId H1 = HostId.of("h1");
    static final HostId H2 = HostId.of("h2");
    static final String PASSWORD = "ha-lab-only";

    private final Path lab = lab();
    private final String port = Integer.toString(FreePort.next());
    private final Path run;

    IpmiLab() {
        try {
            run = Files.createTempDirectory("vmha-ipmi");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        script("up.sh");
    }

    /** A builder of devices for both hosts with their password. */
    FenceAgentDevice.Builder device() {
        return FenceAgentDevice.builder()
                .agent("fence_ipmilan")
                .option("lanplus", "1")
                .option("cipher", "3")
                .option("ipport", port)
                .option("username", "ha-lab")
                .option("power_wait", "0")
                .option("power_timeout", "3")
                .host(H1, Map.of("ip", "127.0.0.1"))
                .host(H2, Map.of("ip", "127.0.0.2"))
                .credentials(host -> FenceCredentials.password(PASSWORD.toCharArray()));
    }

    /** The port of its boards. */
    String port() {
        return port;
    }

    /** Whether the host has power, as its switch really is. */
    boolean isOn(HostId host) {
        try {
            return "1".equals(Files.readString(file(host, "power")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on the host's switch is accepted and does nothing. */
    void jam(HostId host) {
        try {
            Files.createFile(file(host, "stuck"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the host's board, as a power cut would. */
    void kill(HostId host) {
        script("down.sh", host.value());
    }

    /** The host's board keeps its port open and answers nothing, until the handle is closed. */
    AutoCloseable hang(HostId host) {
        signal("STOP", host);
        return () -> signal("CONT", host);
    }

    private void signal(String signal, HostId host) {
        try {
            run(List.of(
                    "kill", "-" + signal, Files.readString(file(host, "pid")).strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(HostId host, String name) {
        return run.resolve("run").resolve(host.value()).resolve(name);
    }

    private void script(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", lab.resolve(name).toString()));
        command.addAll(List.of(arguments));
        run(command);
    }

    private void run(List<String> command) {
        try {
            Path out = Files.createTempFile(run, "script", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
            builder.environment()
                    .putAll(Map.of("LAB_RUN", run.resolve("run").toString(), "IPMI_PORT", port, "IPMI_PASS", PASSWORD));
            Process process = builder.start();
            if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " failed: " + Files.readString(out));
            }
            Files.delete(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        script("down.sh");
        try {
            MoreFiles.deleteRecursively(run, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path lab() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path found = folder.resolve("examples/lab/ipmi");
            if (Files.exists(found.resolve("up.sh"))) {
                return found;
            }
        }
        throw new IllegalStateException("examples/lab/ipmi was not found");
    }
}
