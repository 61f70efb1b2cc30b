package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.FreePort;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.model.HostHealth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real libvirtd behind a real SSH server, with keys of the test's own making. */
@Tag("lab")
class SshTest {

    private static Path folder;
    private static int port;
    private static Process server;

    @BeforeAll
    static void startServer() throws IOException, InterruptedException {
        folder = Files.createDirectory(Lab.shared().folder().resolve("ssh"));
        for (String name : List.of("server", "other-server", "client", "stranger")) {
            run(
                    "ssh-keygen",
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-f",
                    folder.resolve(name).toString());
        }
        Files.copy(folder.resolve("client.pub"), folder.resolve("authorized"));
        port = FreePort.next();
        Files.writeString(folder.resolve("sshd.conf"), """
                ListenAddress 127.0.0.1:%d
                HostKey %s/server
                AuthorizedKeysFile %s/authorized
                AuthenticationMethods publickey
                PermitRootLogin prohibit-password
                StrictModes no
                UsePAM no
                PidFile none
                """.formatted(port, folder, folder));
        Files.createDirectories(Path.of("/run/sshd"));
        server = new ProcessBuilder(
                        "/usr/sbin/sshd",
                        "-D",
                        "-e",
                        "-f",
                        folder.resolve("sshd.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("sshd.log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(SshTest::isListening);
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.destroy();
        }
    }

    @Test
    void aHostIsReachedWithAKeyThatItKnows() throws IOException {
        try (LibvirtAdapter adapter = adapter("client", "server")) {
            assertThat(adapter.discover(call())
                            .toInventory()
                            .requireHost(Lab.H1)
                            .health())
                    .isEqualTo(HostHealth.UP);
        }
    }

    @Test
    void aKeyThatTheHostDoesNotKnowIsRefused() throws IOException {
        try (LibvirtAdapter adapter = adapter("stranger", "server")) {
            assertThatThrownBy(() -> adapter.discover(call())).isInstanceOf(AdapterException.class);
        }
    }

    @Test
    void aHostWithAnotherKeyThanTheKnownOneIsNotTrusted() throws IOException {
        try (LibvirtAdapter adapter = adapter("client", "other-server")) {
            assertThatThrownBy(() -> adapter.discover(call())).isInstanceOf(AdapterException.class);
        }
    }

    /** Reaches the first host as a user would whose {@code known_hosts} holds that key of the server. */
    private static LibvirtAdapter adapter(String clientKey, String knownKey) throws IOException {
        Path known = folder.resolve(clientKey + "-" + knownKey + ".known");
        Files.writeString(known, "[127.0.0.1]:" + port + " " + Files.readString(folder.resolve(knownKey + ".pub")));
        Path command = folder.resolve(clientKey + "-" + knownKey + ".sh");
        Files.writeString(
                command, "#!/bin/sh\nexec ssh -F none -o UserKnownHostsFile=" + known + " -o BatchMode=yes \"$@\"\n");
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwx------"));
        URI uri = URI.create("qemu+ssh://root@127.0.0.1:" + port + "/system?no_tty=1&proxy=netcat&keyfile="
                + folder.resolve(clientKey) + "&command=" + command + "&socket="
                + Lab.shared().folder().resolve("hosts/h1/run/libvirt/libvirt-sock"));
        return LibvirtAdapter.builder().host(Lab.H1, uri).build();
    }

    private static boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(20));
    }
}
