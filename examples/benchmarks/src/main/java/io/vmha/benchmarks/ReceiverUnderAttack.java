package io.vmha.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmha.monitor.report.FaultReportReceiver;
import io.vmha.monitor.report.GuestReport;
import io.vmha.monitor.report.HttpFaultReporter;
import io.vmha.monitor.report.ReportKey;
import io.vmha.monitor.report.ReportKeys;
import io.vmha.monitor.report.ReportListener;
import io.vmha.monitor.report.ReportOutcome;
import io.vmha.monitor.report.ReportServer;
import io.vmha.monitor.report.VmName;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A thousand monitors send a heartbeat a second each to one receiver, while an attacker sends forged reports as fast as one
 * thread can. Prints how long the heartbeats took from their sender to whoever is told of them, with and without the attacker.
 */
public final class ReceiverUnderAttack {
    private static final int MONITORS = 1_000;
    private static final long SECONDS = 20;
    private static final long WARM_UP_SECONDS = 10;

    private final ConcurrentMap<VmName, Long> sentAt = new ConcurrentHashMap<>();
    private final ConcurrentMap<Long, Long> delays = new ConcurrentHashMap<>();
    private final LongAdder forged = new LongAdder();
    private final List<HttpFaultReporter> monitors = new ArrayList<>();
    private volatile boolean attacks;
    private volatile boolean ended;

    private ReceiverUnderAttack() {}

    /** Measures for some 50 seconds. */
    public static void main(String[] none) throws Exception {
        new ReceiverUnderAttack().measure();
    }

    private void measure() throws Exception {
        Map<VmName, List<ReportKey>> keys = new HashMap<>();
        for (int i = 0; i < MONITORS; i++) {
            keys.put(VmName.of("vm" + i), List.of(key(i)));
        }
        FaultReportReceiver receiver = FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(keys))
                .listener(new Arrivals())
                .build();
        ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor();
        try (ReportServer server =
                ReportServer.start(receiver, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            URI center = URI.create("http://127.0.0.1:" + server.address().getPort() + ReportServer.PATH);
            for (int i = 0; i < MONITORS; i++) {
                monitors.add(HttpFaultReporter.builder()
                        .receiver("center")
                        .vm(VmName.of("vm" + i), key(i))
                        .center(center)
                        .client(client)
                        .build());
            }
            Thread attacker = new Thread(() -> attack(server.address()), "attacker");
            attacker.setDaemon(true);
            attacker.start();
            ScheduledFuture<?> beating =
                    beat.scheduleAtFixedRate(this::sendNext, 0, 1_000_000 / MONITORS, TimeUnit.MICROSECONDS);
            TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
            print("without an attacker");
            attacks = true;
            TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
            delays.clear();
            forged.reset();
            print("with an attacker");
            System.out.printf("refused: %s%n", receiver.refused());
            ended = true;
            beating.cancel(false);
        } finally {
            beat.shutdownNow();
            monitors.forEach(HttpFaultReporter::close);
        }
    }

    private static ReportKey key(int number) {
        byte[] secret = Arrays.copyOf(("the secret of machine " + number).getBytes(UTF_8), ReportKey.MIN_BYTES);
        return ReportKey.of("k", secret);
    }

    private int next;

    private void sendNext() {
        int monitor = next++ % MONITORS;
        sentAt.put(VmName.of("vm" + monitor), System.nanoTime());
        monitors.get(monitor).heartbeat();
    }

    private final class Arrivals implements ReportListener {
        @Override
        public CompletionStage<ReportOutcome> fault(GuestReport report) {
            return CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);
        }

        @Override
        public void heartbeat(VmName vm, Instant unused) {
            Long since = sentAt.remove(vm);
            if (since != null) {
                long now = System.nanoTime();
                delays.put(now, now - since);
            }
        }
    }

    private void print(String what) throws InterruptedException {
        delays.clear();
        long before = forged.sum();
        TimeUnit.SECONDS.sleep(SECONDS);
        long[] sorted =
                delays.values().stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%s: %d heartbeats; median %.2f ms, 99.9%% %.2f ms, longest %.2f ms; %d forged reports a second%n",
                what,
                sorted.length,
                millis(sorted[sorted.length / 2]),
                millis(sorted[(int) (sorted.length * 0.999)]),
                millis(sorted[sorted.length - 1]),
                (forged.sum() - before) / SECONDS);
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }

    private void attack(InetSocketAddress center) {
        String body = """
                vmha-report/2
                to=center
                vm=vm1
                key=k
                sequence=900000000000000000
                sent-at=%d
                report=1
                kind=FILESYSTEM_READ_ONLY
                observed-at=1
                detail=forged
                mac=%s
                """;
        while (!ended) {
            try (Socket socket = new Socket(center.getAddress(), center.getPort())) {
                socket.setSoTimeout((int) Duration.ofSeconds(10).toMillis());
                OutputStream out = new BufferedOutputStream(socket.getOutputStream());
                InputStream in = new BufferedInputStream(socket.getInputStream());
                while (!ended) {
                    if (!attacks) {
                        TimeUnit.MILLISECONDS.sleep(100);
                        continue;
                    }
                    byte[] message = body.formatted(System.currentTimeMillis(), "0".repeat(64))
                            .getBytes(UTF_8);
                    out.write(("POST " + ReportServer.PATH + " HTTP/1.1\r\nHost: c\r\nContent-Length: " + message.length
                                    + "\r\n\r\n")
                            .getBytes(UTF_8));
                    out.write(message);
                    out.flush();
                    readAnswer(in);
                    forged.increment();
                }
            } catch (IOException closed) {
                // It attacks on, over another connection.
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Reads up to the blank line that ends an answer without a body. */
    private static void readAnswer(InputStream in) throws IOException {
        int newlines = 0;
        while (newlines < 2) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
        }
    }
}
