package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.vmha.FreePort;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real libvirtd behind TLS, with certificates of the test's own making. */
@Tag("lab")
class TlsTest {
    private static final HostId H9 = HostId.of("h9");

    @TempDir
    static Path folder;

    private static int port;
    private static AutoCloseable host;

    @BeforeAll
    static void startHost() throws IOException {
        Lab lab = Lab.shared();
        authority("ours");
        authority("theirs");
        certificate("ours", "server", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth");
        client("good", "ours", List.of("ours"));
        client("stranger", "theirs", List.of("ours", "theirs"));
        client("distrustful", "theirs", List.of("theirs"));
        port = FreePort.next();
        host = lab.startTlsHost(
                H9.value(),
                port,
                folder.resolve("ours-ca.pem"),
                folder.resolve("server.pem"),
                folder.resolve("server.key"));
    }

    @AfterAll
    static void stopHost() throws Exception {
        if (host != null) {
            host.close();
        }
    }

    @Test
    void aHostIsReachedWithACertificateOfItsAuthority() {
        try (LibvirtAdapter adapter = adapter("good")) {
            assertThat(adapter.discover(call()).toInventory().requireHost(H9).health())
                    .isEqualTo(HostHealth.UP);
        }
    }

    @Test
    void aClientWithACertificateOfAnotherAuthorityIsRefused() {
        try (LibvirtAdapter adapter = adapter("stranger")) {
            assertThatThrownBy(() -> adapter.discover(call()))
                    .asInstanceOf(type(AdapterException.class))
                    .returns(Cause.NOT_PERMITTED, AdapterException::reason);
        }
    }

    @Test
    void aHostWithACertificateOfAnotherAuthorityIsNotTrusted() {
        try (LibvirtAdapter adapter = adapter("distrustful")) {
            assertThatThrownBy(() -> adapter.discover(call()))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.NOT_PERMITTED, AdapterException::reason);
        }
    }

    private static LibvirtAdapter adapter(String client) {
        URI uri = URI.create("qemu+tls://127.0.0.1:" + port + "/system?pkipath=" + folder.resolve(client));
        return LibvirtAdapter.builder().host(H9, uri).build();
    }

    private static void client(String name, String issuer, List<String> trusted) throws IOException {
        Path pki = Files.createDirectory(folder.resolve(name));
        certificate(issuer, name, "extendedKeyUsage=clientAuth");
        Files.move(folder.resolve(name + ".pem"), pki.resolve("clientcert.pem"));
        Files.move(folder.resolve(name + ".key"), pki.resolve("clientkey.pem"));
        StringBuilder authorities = new StringBuilder();
        for (String authority : trusted) {
            authorities.append(Files.readString(folder.resolve(authority + "-ca.pem")));
        }
        Files.writeString(pki.resolve("cacert.pem"), authorities);
    }

    private static void authority(String name) {
        openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=" + name + " -keyout " + name + "-ca.key -out "
                + name + "-ca.pem");
    }

    private static void certificate(String issuer, String name, String extensions) throws IOException {
        Files.writeString(folder.resolve(name + ".ext"), extensions);
        openssl("req -newkey rsa:2048 -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr");
        openssl("x509 -req -in " + name + ".csr -CA " + issuer + "-ca.pem -CAkey " + issuer
                + "-ca.key -CAcreateserial -days 2 -extfile " + name + ".ext -out " + name + ".pem");
    }

    private static void openssl(String arguments) {
        try {
            Process process = new ProcessBuilder(("openssl " + arguments).split(" "))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).as(output).isZero();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(20));
    }
}
