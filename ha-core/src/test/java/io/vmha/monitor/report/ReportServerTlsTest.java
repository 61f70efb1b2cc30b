package io.vmha.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSetMultimap;
import io.vmha.fault.FaultKind;
import io.vmha.model.VmId;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports over TLS, with certificates made for each test by the JDK's keytool. */
class ReportServerTlsTest {
    private static final char[] PASSWORD = "only-for-this-test".toCharArray();
    private static final VmId MW1 = VmId.of("mw1");
    private static final ReportKey KEY = ReportKey.of("k1", new byte[32]);

    @TempDir
    Path folder;

    @Test
    void aReportIsConfirmedOverTlsToWhoeverTrustsTheServer() throws Exception {
        KeyStore server = selfSigned("server");
        assertThat(isConfirmed(context(server, server), false, context(List.of(), server)))
                .isTrue();
    }

    @Test
    void aServerThatIsNotTrustedGetsNoReport() throws Exception {
        KeyStore server = selfSigned("server");
        assertThat(isConfirmed(context(server, server), false, context(List.of(), selfSigned("other"))))
                .isFalse();
    }

    @Test
    void whereClientsNeedACertificateOneThatIsTrustedIsTaken() throws Exception {
        KeyStore server = selfSigned("server");
        KeyStore machine = selfSigned("machine");
        assertThat(isConfirmed(context(server, machine), true, context(machine, server)))
                .isTrue();
    }

    @Test
    void whereClientsNeedACertificateOneWithoutIsRefused() throws Exception {
        KeyStore server = selfSigned("server");
        assertThat(isConfirmed(context(server, selfSigned("machine")), true, context(List.of(), server)))
                .isFalse();
    }

    private static boolean isConfirmed(SSLContext ofServer, boolean clientsNeedCertificate, SSLContext ofMachine)
            throws Exception {
        FaultReportReceiver receiver = FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(ImmutableSetMultimap.of(MW1, KEY)))
                .listener(report -> CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN))
                .build();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ReportServer server = ReportServer.startTls(receiver, anyPort, ofServer, clientsNeedCertificate);
                HttpFaultReporter reporter = HttpFaultReporter.builder()
                        .receiver("center")
                        .vm(MW1, KEY)
                        .center(URI.create(
                                "https://127.0.0.1:" + server.address().getPort() + ReportServer.PATH))
                        .client(HttpClient.newBuilder().sslContext(ofMachine).build())
                        .retry(Duration.ofMillis(50), Duration.ofMillis(50))
                        .confirmWait(Duration.ofSeconds(3))
                        .build()) {
            return reporter.report(FaultKind.IO_ERROR, "", Instant.now())
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private KeyStore selfSigned(String name) throws Exception {
        Path file = folder.resolve(name + ".p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        assertThat(process.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static SSLContext context(KeyStore own, KeyStore trusted) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD);
        return context(List.of(keys.getKeyManagers()), trusted);
    }

    private static SSLContext context(List<KeyManager> keys, KeyStore trusted) throws Exception {
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, PASSWORD);
        String alias = trusted.aliases().nextElement();
        certificates.setCertificateEntry(alias, trusted.getCertificate(alias));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(certificates);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.toArray(KeyManager[]::new), trust.getTrustManagers(), null);
        return context;
    }
}
