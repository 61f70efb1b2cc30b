package io.vmha.libvirt;

import io.vmha.adapter.VmProfile;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Three real hosts with libvirtd, virtlockd and QEMU, each in namespaces of its own: examples/lab/libvirt. Started once for
 * all tests of a JVM, which fail if it cannot be started, and taken down when the JVM ends.
 */
public final class Lab {
    static final HostId H1 = HostId.of("h1");
    static final HostId H2 = HostId.of("h2");
    static final HostId H3 = HostId.of("h3");
    static final List<HostId> HOSTS = List.of(H1, H2, H3);
    static final Resources CAPACITY = Resources.of(8_000, 4_096);

    private static final Path SCRIPTS = scripts();
    private static Lab shared;

    private final Path folder;

    private Lab(Path folder) {
        this.folder = folder;
    }

    private static Path scripts() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("examples/lab/libvirt"))) {
            folder = folder.getParent();
        }
        return folder.resolve("examples/lab/libvirt");
    }

    /** The lab, started if it was not. */
    public static synchronized Lab shared() {
        if (shared == null) {
            try {
                Lab lab = new Lab(Files.createTempDirectory("vmha"));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> lab.script("down.sh", "--purge")));
                lab.up();
                shared = lab;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return shared;
    }

    /** Brings up what is not up. */
    public void up() {
        script("up.sh");
    }

    Path folder() {
        return folder;
    }

    URI uri(HostId host) {
        return URI.create("qemu+unix:///system?socket=" + folder + "/hosts/" + host + "/run/libvirt/libvirt-sock");
    }

    LibvirtHost host(HostId host) {
        return LibvirtHost.builder()
                .id(host)
                .uri(uri(host))
                .migrationUri(URI.create("qemu+tcp://" + host + "/system"))
                .capacity(CAPACITY)
                .build();
    }

    /** A host in that cluster, of that capacity. */
    public LibvirtHost host(HostId host, ClusterRole role, Resources capacity) {
        return LibvirtHost.builder()
                .from(host(host))
                .role(role)
                .capacity(capacity)
                .build();
    }

    /** An adapter for all hosts that finds a silent one out within 3 seconds. */
    LibvirtAdapter.Builder adapter() {
        LibvirtAdapter.Builder builder =
                LibvirtAdapter.builder().keepAlive(Duration.ofSeconds(1), 2).assumeSharedStorage();
        HOSTS.forEach(host -> builder.host(host(host)));
        return builder;
    }

    /** Runs {@code virsh} on a host and returns what it prints; fails if it fails. */
    String virsh(HostId host, String... command) {
        List<String> all =
                new ArrayList<>(List.of("virsh", "-q", "-c", uri(host).toString()));
        all.addAll(Arrays.asList(command));
        return run(Duration.ofSeconds(60), all.toArray(String[]::new));
    }

    boolean virshSucceeds(HostId host, String... command) {
        try {
            virsh(host, command);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Whether that host runs that domain. */
    boolean runs(HostId host, String domain) {
        return virsh(host, "list", "--name").lines().anyMatch(domain::equals);
    }

    /** Leaves nothing but the template and one fresh guest of that name, running on that host. */
    void resetTo(String guest, HostId home) {
        clear();
        addGuest(guest, home);
    }

    /** Leaves nothing but the template on all hosts, which are up. */
    public void clear() {
        up();
        for (HostId host : HOSTS) {
            for (String domain : virsh(host, "list", "--all", "--name").lines().toList()) {
                if (!domain.isBlank() && !domain.equals("golden")) {
                    virshSucceeds(host, "destroy", domain);
                    virshSucceeds(host, "undefine", domain, "--nvram");
                }
            }
        }
    }

    /** Defines and starts a fresh guest of that name that says that of itself. */
    public void addGuest(String guest, HostId home, VmProfile profile) {
        restoreDisk(guest);
        define(guest);
        Path file = folder.resolve("guest/" + guest + ".xml");
        try {
            Files.writeString(
                    file, CloneXml.redefine(Files.readString(file), guest, DomainProfile.Machine.of(profile)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        virsh(home, "define", file.toString());
        virsh(home, "start", guest);
    }

    /** Defines and starts a fresh guest of that name. */
    void addGuest(String guest, HostId home) {
        restoreDisk(guest);
        define(guest);
        virsh(home, "define", folder + "/guest/" + guest + ".xml");
        virsh(home, "start", guest);
    }

    /** Defines a domain on a host. */
    void define(HostId host, String name, String xml) {
        Path file = folder.resolve("guest/" + name + ".xml");
        try {
            Files.writeString(file, xml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        virsh(host, "define", file.toString());
    }

    /** Writes the definition of a guest of that name. */
    private void define(String guest) {
        try {
            Files.writeString(folder.resolve("guest/" + guest + ".xml"), script("domain-xml.sh", guest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void restoreDisk(String guest) {
        run(
                Duration.ofSeconds(10),
                "bash",
                "-c",
                "rm -f " + folder + "/storage/disks/" + guest + "-*.qcow2; cp --sparse=always " + folder
                        + "/guest/data.img " + folder + "/storage/disks/" + guest + ".img");
    }

    /** Waits until the guest agent answers. */
    void awaitAgent(HostId host, String guest) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> virshSucceeds(
                        host, "qemu-agent-command", guest, "--timeout", "1", "{\"execute\":\"guest-ping\"}"));
    }

    /** Has a shell command run in a guest. */
    void inGuest(HostId host, String guest, String command) {
        virsh(
                host,
                "qemu-agent-command",
                guest,
                "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"/bin/sh\",\"arg\":[\"-c\",\"" + command
                        + "\"]}}");
    }

    /** The first process of that host, by its id on this machine. */
    private long init(HostId host) {
        return Long.parseLong(read(folder.resolve("hosts/" + host + "/init.pid")));
    }

    /** The process of that name on that host, by its id on this machine. */
    long pid(HostId host, String process) {
        return Long.parseLong(run(Duration.ofSeconds(5), "pgrep", "-P", Long.toString(init(host)), "-f", process)
                .lines()
                .findFirst()
                .orElseThrow());
    }

    void signal(String signal, long pid) {
        run(Duration.ofSeconds(5), "kill", "-" + signal, Long.toString(pid));
    }

    /** Pulls a host's plug: every process on it ends at once. */
    public void pullPlug(HostId host) {
        long init = init(host);
        signal("KILL", init);
        Awaitility.await()
                .until(() -> !ProcessHandle.of(init).map(ProcessHandle::isAlive).orElse(false));
    }

    /** Starts the daemons of a host again that have died. One that was just killed may still be there: it is asked for again. */
    void restartDaemons(HostId host) {
        long init = init(host);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    signal("USR1", init);
                    return virshSucceeds(host, "uri");
                });
    }

    /** Takes a host's network away, or gives it back. */
    void network(HostId host, String upOrDown) {
        run(Duration.ofSeconds(5), "ip", "-n", namespace() + "-" + host, "link", "set", "eth0", upOrDown);
    }

    /**
     * Starts one more libvirtd that listens for TLS alone, on the loopback address of this machine.
     *
     * @return ends it
     */
    AutoCloseable startTlsHost(String name, int port, Path authority, Path certificate, Path key) throws IOException {
        Path host = folder.resolve("hosts/" + name);
        for (String part : List.of("run/libvirt", "lib", "log", "cache", "etc")) {
            Files.createDirectories(host.resolve(part));
        }
        Files.writeString(host.resolve("etc/libvirtd.conf"), """
                listen_tls = 1
                listen_tcp = 0
                listen_addr = "127.0.0.1"
                tls_port = "%d"
                auth_tls = "none"
                auth_unix_rw = "none"
                ca_file = "%s"
                cert_file = "%s"
                key_file = "%s"
                """.formatted(port, authority, certificate, key));
        ProcessBuilder builder = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--uts",
                        "--ipc",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "bash",
                        SCRIPTS.resolve("host-init.sh").toString(),
                        name)
                .redirectErrorStream(true)
                .redirectOutput(host.resolve("init.log").toFile());
        builder.environment().put("LAB", folder.toString());
        Process process = builder.start();
        URI uri = URI.create("qemu+unix:///system?socket=" + host + "/run/libvirt/libvirt-sock");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            try {
                run(Duration.ofSeconds(5), "virsh", "-c", uri.toString(), "uri");
                return true;
            } catch (IllegalStateException e) {
                return false;
            }
        });
        return process::destroyForcibly;
    }

    /** Gives a host a copy of a guest's disk in place of the one that the other hosts see. */
    void hideDisk(HostId host, String guest) {
        Path disk = folder.resolve("storage/disks/" + guest + ".img");
        Path copy = folder.resolve("storage/" + guest + "-copy.img");
        run(Duration.ofSeconds(10), "cp", "--sparse=always", disk.toString(), copy.toString());
        inHost(host, "mount", "--bind", copy.toString(), disk.toString());
    }

    /** Undoes {@link #hideDisk}. */
    void showDisk(HostId host, String guest) {
        inHost(host, "umount", "-l", folder + "/storage/disks/" + guest + ".img");
    }

    /** Gives a host an empty folder in place of the disks that the other hosts see. */
    void hideDisks(HostId host) {
        inHost(host, "mount", "-t", "tmpfs", "empty", folder + "/storage/disks");
    }

    /** Undoes {@link #hideDisks}. */
    void showDisks(HostId host) {
        inHost(host, "umount", "-l", folder + "/storage/disks");
    }

    private void inHost(HostId host, String... command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(init(host)), "-m", "-p", "--"));
        all.addAll(Arrays.asList(command));
        run(Duration.ofSeconds(10), all.toArray(String[]::new));
    }

    private String namespace() {
        return "v" + Integer.toHexString(folder.toString().hashCode());
    }

    private String script(String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of("bash", SCRIPTS.resolve(name).toString()));
        all.addAll(Arrays.asList(arguments));
        return run(Duration.ofMinutes(4), all.toArray(String[]::new));
    }

    String run(Duration limit, String... command) {
        try {
            Path log = Files.createTempFile(folder, "run", ".log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(log.toFile());
            builder.environment().put("LAB", folder.toString());
            builder.environment().put("NS", namespace());
            builder.environment().put("TYPES", "DATABASE");
            builder.environment().put("GUESTS", "0");
            Process process = builder.start();
            boolean over = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            String output = Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
            Files.deleteIfExists(log);
            if (!over || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
