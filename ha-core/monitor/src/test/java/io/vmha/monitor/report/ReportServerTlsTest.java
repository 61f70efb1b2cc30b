package io.vmha.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
    private static final VmName MW1 = VmName.of("mw1");
    private static final ReportKey KEY = ReportKey.of("k1", new byte[32]);

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final int STRANGERS = 100;

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
        assertThat(isConfirmed(context(server, server), false, context(List.of(), selfSigned("other")), SHORT))
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
        assertThat(isConfirmed(context(server, selfSigned("machine")), true, context(List.of(), server), SHORT))
                .isFalse();
    }

    @Test
    void aReportIsConfirmedThoughEachByteOfItComesByItself() throws Exception {
        KeyStore store = selfSigned("server");
        try (ReportServer server = start(context(store, store), false);
                OneByOne between = new OneByOne(server.address())) {
            assertThat(isConfirmed(between.port(), context(List.of(), store), LONG))
                    .isTrue();
        }
    }

    @Test
    void handshakesThatStopHalfwayAndBytesThatAreNoneHoldUpNoReport() throws Exception {
        KeyStore store = selfSigned("server");
        byte[] halfHello = {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3};
        byte[] noTls = "POST /v1/report HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        List<Socket> strangers = new ArrayList<>();
        try (ReportServer server = start(context(store, store), false)) {
            for (int i = 0; i < STRANGERS; i++) {
                Socket socket = new Socket(
                        server.address().getAddress(), server.address().getPort());
                strangers.add(socket);
                socket.getOutputStream().write(i % 2 == 0 ? halfHello : noTls);
            }
            assertThat(isConfirmed(server.address().getPort(), context(List.of(), store), LONG))
                    .isTrue();
        } finally {
            for (Socket socket : strangers) {
                socket.close();
            }
        }
    }

    private static boolean isConfirmed(SSLContext ofServer, boolean clientsNeedCertificate, SSLContext ofMachine)
            throws Exception {
        return isConfirmed(ofServer, clientsNeedCertificate, ofMachine, LONG);
    }

    private static boolean isConfirmed(
            SSLContext ofServer, boolean clientsNeedCertificate, SSLContext ofMachine, Duration wait) throws Exception {
        try (ReportServer server = start(ofServer, clientsNeedCertificate)) {
            return isConfirmed(server.address().getPort(), ofMachine, wait);
        }
    }

    private static ReportServer start(SSLContext ofServer, boolean clientsNeedCertificate) throws IOException {
        FaultReportReceiver receiver = FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(Map.of(MW1, List.of(KEY))))
                .listener(report -> CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN))
                .build();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return ReportServer.startTls(receiver, anyPort, ofServer, clientsNeedCertificate);
    }

    private static boolean isConfirmed(int port, SSLContext ofMachine, Duration wait) throws Exception {
        try (HttpFaultReporter reporter = HttpFaultReporter.builder()
                .receiver("center")
                .vm(MW1, KEY)
                .center(URI.create("https://127.0.0.1:" + port + ReportServer.PATH))
                .client(HttpClient.newBuilder().sslContext(ofMachine).build())
                .retry(Duration.ofMillis(50), Duration.ofMillis(50))
                .confirmWait(wait)
                .build()) {
            return reporter.report(GuestFault.IO_ERROR, "", Instant.now())
                    .toCompletableFuture()
                    .get(90, TimeUnit.SECONDS);
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

    /** Hands on what comes, either way, a byte at a time. */
    private static final class OneByOne implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();

        OneByOne(InetSocketAddress server) throws IOException {
            start(() -> {
                while (true) {
                    Socket client = listener.accept();
                    Socket behind = new Socket(server.getAddress(), server.getPort());
                    behind.setTcpNoDelay(true);
                    sockets.addAll(List.of(client, behind));
                    start(() -> handOn(client, behind));
                    start(() -> handOn(behind, client));
                }
            });
        }

        private interface Work {
            void run() throws IOException;
        }

        private static void start(Work work) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (IOException closed) {
                    // So it ends.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private static void handOn(Socket from, Socket to) throws IOException {
            try (from;
                    to) {
                for (int next = from.getInputStream().read();
                        next >= 0;
                        next = from.getInputStream().read()) {
                    to.getOutputStream().write(next);
                }
            }
        }

        int port() {
            return listener.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
