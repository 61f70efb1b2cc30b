package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportServerTest {
    private static final int MORE_THAN_THREADS = 300;
    private static final VmName MW1 = VmName.of("mw1");
    private static final ReportKey KEY = ReportKey.of("k1", new byte[32]);

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Socket> sockets = new ArrayList<>();
    private ReportServer server;

    @BeforeEach
    void start() throws IOException {
        FaultReportReceiver receiver = FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(Map.of(MW1, List.of(KEY))))
                .listener(report -> CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN))
                .refusalRate(2)
                .clock(InstantSource.fixed(Instant.now()))
                .build();
        server = ReportServer.start(
                receiver,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ConnectionLimits.defaults().withRequestDeadline(Duration.ofMillis(300)));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    }

    private void connectAndSend(String start) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.getOutputStream().write(start.getBytes(US_ASCII));
        sockets.add(socket);
    }

    private static boolean isClosedByServer(Socket socket) throws IOException {
        socket.setSoTimeout(30_000);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v1/rep",
                "POST /v1/report HTTP/1.1\r\nHost: c\r\nContent-Le",
                "POST /v1/report HTTP/1.1\r\nHost: c\r\nContent-Length: 400\r\n\r\nvmha-report/1\n"
            })
    void clientsThatDoNotFinishTheirRequestsAreClosedAndHoldUpNoReport(String start) throws Exception {
        for (int i = 0; i < MORE_THAN_THREADS; i++) {
            connectAndSend(start);
        }
        try (HttpFaultReporter reporter = HttpFaultReporter.builder()
                .receiver("center")
                .vm(MW1, KEY)
                .center(address(ReportServer.PATH))
                .retry(Duration.ofMillis(10), Duration.ofMillis(50))
                .build()) {
            assertThat(reporter.report(GuestFault.IO_ERROR, "", Instant.now())
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS))
                    .isTrue();
        }
        for (Socket socket : sockets) {
            assertThat(isClosedByServer(socket)).isTrue();
        }
    }

    @Test
    void otherPathsAndMethodsAreRefusedAndNoSourceIsToldSoMoreOftenThanItMay() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        statuses.add(status(HttpRequest.newBuilder(address("/other")).GET()));
        statuses.add(status(HttpRequest.newBuilder(address(ReportServer.PATH)).GET()));
        statuses.add(status(HttpRequest.newBuilder(address("/v1/report/more")).GET()));
        assertThat(statuses).containsExactly(404, 405, 429);
    }

    private int status(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
