package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vmha.Fixtures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of somebody without a key, more than the server's process may have files, and what becomes of the others. */
class ReportServerAttackTest {
    private static final int FILE_LIMIT = 1024;
    private static final int SLOW = 300;
    private static final int IDLE = 3_000;
    private static final int REPORTS = 40;
    private static final int CONNECT_MILLIS = 10_000;
    private static final String UNFINISHED =
            "POST /v1/report HTTP/1.1\r\nHost: c\r\nContent-Length: 400\r\n\r\nvmha-report/1\n";

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final AtomicInteger heartbeats = new AtomicInteger();
    private final LongAdder opened = new LongAdder();
    private final List<SocketChannel> attacking = new ArrayList<>();
    private Process server;
    private int port;
    private volatile boolean ended;
    private Thread attacker = new Thread(() -> {});

    private void start(String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "-c",
                "ulimit -n " + FILE_LIMIT + " && exec \"$@\"",
                "bash",
                java,
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                AttackedServer.class.getName()));
        command.addAll(List.of(arguments));
        server = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = new BufferedReader(new InputStreamReader(server.getInputStream(), US_ASCII));
        port = Integer.parseInt(output.readLine().replace("port ", ""));
        Thread listening = new Thread(() -> output.lines().forEach(this::heard));
        listening.setDaemon(true);
        listening.start();
    }

    @AfterEach
    void stop() throws Exception {
        ended = true;
        attacker.join();
        for (SocketChannel channel : attacking) {
            channel.close();
        }
        server.getOutputStream().close();
        server.destroy();
        server.waitFor();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.66", "127.0.0.1"})
    void reportsAreConfirmedAndHeartbeatsArriveWhileSlowAndIdleConnectionsFillAllThatOneAddressMayHave(String address)
            throws Exception {
        start();
        // What is loaded at the first report of a process is no part of what is measured.
        try (HttpFaultReporter rehearsal = reporter(AttackedServer.MW1)) {
            assertThat(isConfirmed(rehearsal)).isTrue();
        }
        attackFrom(address);
        try (HttpFaultReporter reporter = reporter(AttackedServer.MW1);
                HttpFaultReporter other = reporter(AttackedServer.DB1)) {
            long[] micros = new long[REPORTS];
            for (int i = 0; i < REPORTS; i++) {
                long before = System.nanoTime();
                assertThat(isConfirmed(reporter)).isTrue();
                micros[i] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - before);
                int seen = heartbeats.get();
                // One that is lost is not sent again, as with a real monitor.
                await().atMost(Duration.ofMinutes(1)).until(() -> {
                    other.heartbeat();
                    return heartbeats.get() > seen;
                });
            }
            // The first opens a connection, among those of the attack.
            double first = micros[0] / 1e3;
            Arrays.sort(micros);
            System.out.printf(
                    "%d slow and %d idle connections from %s, %d opened in all: reports confirmed in %.1f ms (median), "
                            + "%.1f ms (longest of %d), %.1f ms (the first)%n",
                    SLOW,
                    IDLE,
                    address,
                    opened.sum(),
                    micros[REPORTS / 2] / 1e3,
                    micros[REPORTS - 1] / 1e3,
                    REPORTS,
                    first);
        }
        assertThat(server.isAlive()).isTrue();
    }

    @Test
    void aServerWhoseProcessHadNoFileLeftServesOnOnceItHas() throws Exception {
        start();
        try (HttpFaultReporter before = reporter(AttackedServer.MW1)) {
            assertThat(isConfirmed(before)).isTrue();
        }
        tell('f');
        await().atMost(Duration.ofMinutes(1)).until(() -> said.contains("no files"));
        for (int i = 0; i < 20; i++) {
            attacking.add(connect("127.0.0.1", true));
        }
        tell('g');
        await().atMost(Duration.ofMinutes(1)).until(() -> said.contains("files again"));
        try (HttpFaultReporter after = reporter(AttackedServer.MW1)) {
            assertThat(isConfirmed(after)).isTrue();
        }
    }

    @Test
    void aCenterBehindItLeavesAllWhoSendAloneAndTakesAGenuineReport() throws Exception {
        start("center");
        List<HttpFaultReporter> monitors = new ArrayList<>();
        Fixtures.referenceEmbodiment()
                .vms()
                .forEach(vm -> monitors.add(reporter(VmName.of(vm.id().value()))));
        AtomicBoolean isOver = new AtomicBoolean();
        Thread sending = new Thread(() -> {
            while (!isOver.get()) {
                monitors.forEach(HttpFaultReporter::heartbeat);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            }
        });
        sending.start();
        try {
            await().atMost(Duration.ofMinutes(1)).until(() -> heartbeats.get() >= monitors.size());
            attackFrom("127.0.0.66");
            int before = heartbeats.get();
            // Much longer than any silence that is allowed.
            await().atMost(Duration.ofMinutes(5)).until(() -> heartbeats.get() >= before + 60 * monitors.size());
            assertThat(said).isEmpty();

            assertThat(isConfirmed(monitors.get(0))).isTrue();
            await().atMost(Duration.ofMinutes(1)).until(() -> said.contains("accepted mw1"));
            assertThat(said).noneMatch(line -> line.startsWith("action fence"));
            assertThat(said).filteredOn(line -> line.startsWith("accepted")).containsExactly("accepted mw1");
        } finally {
            isOver.set(true);
            sending.join();
            monitors.forEach(HttpFaultReporter::close);
        }
    }

    private void tell(char command) throws IOException {
        server.getOutputStream().write(command);
        server.getOutputStream().flush();
    }

    private void heard(String line) {
        if (line.startsWith("heartbeat")) {
            heartbeats.incrementAndGet();
        } else {
            said.add(line);
        }
    }

    private static boolean isConfirmed(HttpFaultReporter reporter) throws Exception {
        return reporter.report(GuestFault.IO_ERROR, "", Instant.now())
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    private HttpFaultReporter reporter(VmName vm) {
        return HttpFaultReporter.builder()
                .receiver("center")
                .vm(vm, AttackedServer.key(vm))
                .center(URI.create("http://127.0.0.1:" + port + ReportServer.PATH))
                .retry(Duration.ofMillis(20), Duration.ofMillis(100))
                .build();
    }

    /** Opens all connections, and opens again what the server closes, until the test ends. */
    private void attackFrom(String address) {
        attacker = new Thread(() -> {
            for (int i = 0; i < SLOW + IDLE && !ended; i++) {
                attacking.add(connect(address, i < SLOW));
            }
            ByteBuffer one = ByteBuffer.allocate(1);
            for (int i = 0; !ended; i = (i + 1) % attacking.size()) {
                try {
                    one.clear();
                    if (attacking.get(i).read(one) < 0) {
                        attacking.get(i).close();
                        attacking.set(i, connect(address, i < SLOW));
                    }
                } catch (IOException closed) {
                    attacking.set(i, connect(address, i < SLOW));
                }
            }
        });
        attacker.setUncaughtExceptionHandler((thread, end) -> {});
        attacker.start();
        await().atMost(Duration.ofMinutes(1)).until(() -> opened.sum() >= SLOW + IDLE);
    }

    private SocketChannel connect(String address, boolean isSlow) {
        while (!ended) {
            SocketChannel channel = null;
            try {
                channel = SocketChannel.open();
                channel.bind(new InetSocketAddress(address, 0));
                channel.socket().connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
                if (isSlow) {
                    channel.write(ByteBuffer.wrap(UNFINISHED.getBytes(US_ASCII)));
                }
                channel.configureBlocking(false);
                opened.increment();
                return channel;
            } catch (IOException refused) {
                close(channel);
            }
        }
        throw new IllegalStateException("ended");
    }

    private static void close(SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException gone) {
            // It is closed all the same.
        }
    }
}
