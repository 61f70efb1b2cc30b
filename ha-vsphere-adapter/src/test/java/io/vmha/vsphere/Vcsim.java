package io.vmha.vsphere;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** VMware's API simulator, started by the lab's script with the lab's control port. It fails where it cannot be started. */
public final class Vcsim implements AutoCloseable {
    private static final HttpClient CONTROL = HttpClient.newHttpClient();

    private final Path lab = lab();
    private final Map<String, String> settings = new HashMap<>();
    private final Path run;
    private Map<String, String> env = Map.of();

    private Vcsim(Map<String, String> more) {
        try {
            run = Files.createTempDirectory("vmha-vcsim");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        settings.put("LAB_RUN", run.resolve("run").toString());
        settings.put("SIM", "faultsim");
        settings.put("VCSIM_PORT", Integer.toString(FreePort.next()));
        settings.put("CONTROL_PORT", Integer.toString(FreePort.next()));
        settings.putAll(more);
        start();
    }

    /** The reference inventory with two machines a host. */
    static Vcsim small() {
        return new Vcsim(Map.of("VMS_PER_HOST", "2"));
    }

    /** With settings of the lab's scripts in place of their defaults. */
    public static Vcsim with(Map<String, String> settings) {
        return new Vcsim(settings);
    }

    /** Starts it, again if it runs, with an inventory made anew and another certificate. */
    void start() {
        script("up.sh");
        env = new HashMap<>();
        try {
            for (String line : Files.readAllLines(run.resolve("run/env"))) {
                env.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, as a power cut would. */
    public void kill() {
        ProcessHandle process =
                ProcessHandle.of(Long.parseLong(env.get("VCSIM_PID"))).orElseThrow();
        process.destroyForcibly();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private void script(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", lab.resolve(name).toString()));
        command.addAll(List.of(arguments));
        run(command, settings);
    }

    /** Runs the vendor's own client, and returns what it prints. */
    String govc(String... arguments) {
        Path cache =
                Path.of(System.getenv().getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache"));
        Path binary = cache.resolve("vmha-lab/vsphere/bin/govc");
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(arguments));
        return run(
                command,
                Map.of(
                        "GOVC_URL", env.get("VSPHERE_URL"),
                        "GOVC_USERNAME", env.get("VSPHERE_USER"),
                        "GOVC_PASSWORD", env.get("VSPHERE_PASSWORD"),
                        "GOVC_TLS_CA_CERTS", env.get("VSPHERE_CERT"),
                        "GOVC_PERSIST_SESSION", "false",
                        "GOVC_DATACENTER", "DC0"));
    }

    private static String run(List<String> command, Map<String, String> environment) {
        try {
            Path out = Files.createTempFile("vmha-vcsim", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(10, TimeUnit.MINUTES);
            String printed = Files.readString(out);
            Files.delete(out);
            if (!ended || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " failed: " + printed);
            }
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Asks the control port, such as {@code host-fail?name=h1}. */
    void control(String request) {
        try {
            var answer = CONTROL.send(
                    HttpRequest.newBuilder(URI.create(env.get("VSPHERE_CONTROL") + "/" + request))
                            .POST(BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(request + ": " + answer.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The server's address. */
    public URI url() {
        return URI.create(env.get("VSPHERE_URL"));
    }

    /** The file of its certificate, in PEM. */
    public Path certificate() {
        return Path.of(env.get("VSPHERE_CERT"));
    }

    String thumbprint() {
        return env.get("VSPHERE_THUMBPRINT");
    }

    String password() {
        return env.get("VSPHERE_PASSWORD");
    }

    VsphereCredentials credentials() {
        return new VsphereCredentials(env.get("VSPHERE_USER"), password().toCharArray());
    }

    /** A builder of adapters for it, with its certificate pinned. */
    public VsphereAdapter.Builder adapter() {
        return VsphereAdapter.builder()
                .url(url())
                .credentials(this::credentials)
                .trust(VsphereTrust.pinned(thumbprint()));
    }

    /** The environment that a client takes user and password from. */
    public Map<String, String> environment() {
        return Map.of("VSPHERE_USER", env.get("VSPHERE_USER"), "VSPHERE_PASSWORD", env.get("VSPHERE_PASSWORD"));
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
            Path found = folder.resolve("examples/lab/vsphere");
            if (Files.exists(found.resolve("up.sh"))) {
                return found;
            }
        }
        throw new IllegalStateException("examples/lab/vsphere was not found");
    }
}
