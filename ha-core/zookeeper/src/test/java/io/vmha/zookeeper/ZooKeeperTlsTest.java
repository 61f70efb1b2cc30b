package io.vmha.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vmha.group.store.Change;
import io.vmha.group.store.StoreException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.curator.test.InstanceSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server, in a process of its own, that takes TLS only and wants a certificate of whoever connects. */
class ZooKeeperTlsTest {
    private static final String PASSWORD = "pa55word";
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final int port = InstanceSpec.getRandomPort();
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void startServer() throws Exception {
        certificate("server");
        certificate("owner");
        certificate("other");
        trust("server", "trusts-server.p12");
        trust("owner", "trusts-clients.p12");
        trust("other", "trusts-clients.p12");
        Path config = folder.resolve("zoo.cfg");
        Files.writeString(config, """
                tickTime=500
                dataDir=%1$s/data
                secureClientPort=%2$d
                admin.enableServer=false
                serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
                authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider
                ssl.keyStore.location=%1$s/server.p12
                ssl.keyStore.password=%3$s
                ssl.trustStore.location=%1$s/trusts-clients.p12
                ssl.trustStore.password=%3$s
                ssl.hostnameVerification=false
                """.formatted(folder, port, PASSWORD));
        start(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                config.toString());
    }

    private Process start(String... command) throws Exception {
        File output = folder.resolve("output").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                .start();
        processes.add(process);
        return process;
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        assertThat(start(command.toArray(String[]::new)).waitFor())
                .as("%s", command)
                .isZero();
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void certificate(String name) throws Exception {
        keytool(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-keystore",
                file(name + ".p12"));
        keytool("-exportcert", "-alias", name, "-file", file(name + ".crt"), "-keystore", file(name + ".p12"));
    }

    private void trust(String name, String by) throws Exception {
        keytool("-importcert", "-noprompt", "-alias", name, "-file", file(name + ".crt"), "-keystore", file(by));
    }

    @AfterEach
    void endServer() {
        processes.forEach(Process::destroyForcibly);
    }

    private ZooKeeperConfig tls(String truststore) {
        return ZooKeeperConfig.of("localhost:" + port, "/vmha/tls")
                .withTimeout(Duration.ofSeconds(5))
                .withTls(file(truststore), PASSWORD);
    }

    private ZooKeeperConfig as(String name) {
        return tls("trusts-server.p12").withClientCertificate(file(name + ".p12"), PASSWORD);
    }

    private static boolean isWritten(ZooKeeperStore store) {
        try {
            store.commit(List.of(Change.create("a", Change.text("1"))));
            return true;
        } catch (StoreException.Conflict writtenBefore) {
            return true;
        } catch (StoreException.Unavailable notYet) {
            return false;
        }
    }

    @Test
    void whatIsMadeOverTlsIsTheCertificatesOwnersAloneAndNobodyElseGetsIn() {
        try (ZooKeeperStore owner = ZooKeeperStore.connect(as("owner"))) {
            await().atMost(LONG).until(() -> isWritten(owner));
            assertThat(owner.read("a").orElseThrow().text()).isEqualTo("1");
        }
        try (ZooKeeperStore other = ZooKeeperStore.connect(as("other"))) {
            await().atMost(LONG).until(other::isConnected);
            assertThatThrownBy(() -> other.read("a")).isInstanceOf(StoreException.Refused.class);
        }
        for (ZooKeeperConfig wrong : List.of(
                tls("trusts-server.p12"),
                tls("trusts-clients.p12").withClientCertificate(file("owner.p12"), PASSWORD),
                ZooKeeperConfig.of("localhost:" + port, "/vmha/tls").withTimeout(Duration.ofSeconds(5)))) {
            try (ZooKeeperStore nobody = ZooKeeperStore.connect(wrong.withTimeout(Duration.ofSeconds(2)))) {
                assertThatThrownBy(() -> nobody.read("a")).isInstanceOf(StoreException.Unavailable.class);
            }
        }
    }
}
