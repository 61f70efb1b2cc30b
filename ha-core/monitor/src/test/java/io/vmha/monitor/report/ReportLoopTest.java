package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the loop when it is hurt from outside, with real sockets. */
class ReportLoopTest {
    private final AtomicInteger failures = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private ReportLoop loop;
    private Thread thread;

    @BeforeEach
    void start() throws IOException {
        loop = new ReportLoop(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ConnectionLimits(8, 4, Duration.ofSeconds(30), Duration.ofSeconds(30)),
                this::transport,
                (source, request, answering) -> answering.answer(
                        new ReportLoop.HttpAnswer(200, request.path().equals("/genuine"), Map.of())),
                threads,
                threads);
        thread = new Thread(loop);
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        loop.close();
        thread.join();
        threads.shutdownNow();
    }

    private Transport transport(SocketChannel channel) {
        if (failures.getAndDecrement() > 0) {
            throw new OutOfMemoryError("no memory for a connection");
        }
        return Transport.plain(channel);
    }

    private Socket connect(String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(loop.address());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static String ask(Socket socket, String path) throws IOException {
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\n\r\n").getBytes(US_ASCII));
        byte[] answer = socket.getInputStream().readNBytes("HTTP/1.1 200 -\r\nContent-Length: 0\r\n\r\n".length());
        return new String(answer, US_ASCII);
    }

    private boolean isServed() {
        try (Socket socket = connect("127.0.0.1")) {
            return ask(socket, "/genuine").startsWith("HTTP/1.1 200 ");
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void anErrorInTheLoopEndsConnectionsAndNotTheLoop() {
        failures.set(3);

        await().atMost(Duration.ofMinutes(1)).until(this::isServed);
        assertThat(loop.restarts()).isEqualTo(3);
    }

    @Test
    void anInterruptedLoopServesOn() {
        for (int i = 0; i < 20; i++) {
            thread.interrupt();
            await().atMost(Duration.ofMinutes(1)).until(this::isServed);
        }
    }

    @Test
    void aConnectionThatCarriedAGenuineMessageStaysWhateverOthersOpen() throws Exception {
        try (Socket monitor = connect("127.0.0.1")) {
            assertThat(ask(monitor, "/genuine")).startsWith("HTTP/1.1 200 ");
            for (int address = 1; address < 60; address++) {
                connect("127.0.0." + address).getOutputStream().write('P');
            }
            await().atMost(Duration.ofMinutes(1)).until(() -> loop.dropped() >= 59 + 1 - 8);
            assertThat(ask(monitor, "/genuine")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aConnectionThatCarriedNothingGenuineIsClosedOnceItIsAnswered() throws Exception {
        try (Socket stranger = connect("127.0.0.1")) {
            stranger.getOutputStream().write("GET /other HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
            String all = new String(stranger.getInputStream().readAllBytes(), US_ASCII);
            assertThat(all).startsWith("HTTP/1.1 200 ").contains("Connection: close");
        }
    }
}
