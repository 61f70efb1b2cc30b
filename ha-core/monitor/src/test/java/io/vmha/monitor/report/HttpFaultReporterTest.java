package io.vmha.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpFaultReporterTest {
    private static final VmName MW1 = VmName.of("mw1");
    private static final ReportKey KEY = ReportKey.of("k1", new byte[32]);
    static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final List<GuestReport> reports = new CopyOnWriteArrayList<>();
    private final List<GuestReport> advisories = new CopyOnWriteArrayList<>();
    private final List<VmName> heartbeats = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final Queue<ReportOutcome> outcomes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean silent;
    private volatile boolean unheard;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    private URI center() throws IOException {
        return center(ReportKeys.of(Map.of(MW1, List.of(KEY))));
    }

    private URI center(ReportKeys keys) throws IOException {
        FaultReportReceiver receiver = FaultReportReceiver.builder()
                .name("center")
                .keys(keys)
                .listener(new ReportListener() {
                    @Override
                    public CompletionStage<ReportOutcome> fault(GuestReport report) {
                        reports.add(report);
                        if (silent) {
                            return new CompletableFuture<ReportOutcome>();
                        }
                        ReportOutcome next = outcomes.poll();
                        if (next != null) {
                            return CompletableFuture.completedFuture(next);
                        }
                        return refusals.getAndDecrement() > 0
                                ? CompletableFuture.failedFuture(new IllegalStateException("not the leader"))
                                : CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);
                    }

                    @Override
                    public CompletionStage<ReportOutcome> advisory(GuestReport advisory) {
                        advisories.add(advisory);
                        return CompletableFuture.completedFuture(
                                unheard ? ReportOutcome.NOT_TAKEN : ReportOutcome.WRITTEN_DOWN);
                    }

                    @Override
                    public void heartbeat(VmName vm, Instant sentAt) {
                        heartbeats.add(vm);
                    }
                })
                .build();
        ReportServer server = ReportServer.start(receiver, ANY_PORT);
        open.add(server);
        return address(server.address().getPort());
    }

    private URI garbage() throws IOException {
        HttpServer server = HttpServer.create(ANY_PORT, 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set(ReceiverAnswer.HEADER, "0".repeat(64));
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[100_000]);
            exchange.close();
        });
        server.start();
        open.add(() -> server.stop(0));
        return address(server.getAddress().getPort());
    }

    static URI address(int port) {
        return URI.create("http://127.0.0.1:" + port + ReportServer.PATH);
    }

    private HttpFaultReporter reporter(URI... centers) {
        HttpFaultReporter.Builder builder = HttpFaultReporter.builder()
                .receiver("center")
                .vm(MW1, KEY)
                .requestTimeout(Duration.ofSeconds(5))
                .retry(Duration.ofMillis(1), Duration.ofMillis(20));
        List.of(centers).forEach(builder::center);
        HttpFaultReporter reporter = builder.build();
        open.add(reporter);
        return reporter;
    }

    private static boolean join(CompletionStage<Boolean> confirmed) throws Exception {
        return confirmed.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void aReportIsConfirmedByTheCenterThatAnswersThoughAnotherTalksGarbageAndAThirdIsDown() throws Exception {
        HttpFaultReporter reporter = reporter(garbage(), address(1), center());
        Instant seen = Instant.ofEpochMilli(1234);
        assertThat(join(reporter.report(GuestFault.IO_ERROR, "sda\n\u0000 \ud800", seen)))
                .isTrue();
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).source()).isEqualTo("monitor:mw1/k1");
        assertThat(reports.get(0).observedAt()).isEqualTo(seen);
    }

    @Test
    void anAdvisoryArrivesAsOneAndNeverAsAReport() throws Exception {
        HttpFaultReporter reporter = reporter(center());

        assertThat(join(reporter.advise(GuestFault.DISK_FULL, "1 % free", Instant.ofEpochMilli(5))))
                .isTrue();
        assertThat(advisories)
                .singleElement()
                .satisfies(advisory -> assertThat(advisory.kind()).isEqualTo(GuestFault.DISK_FULL));
        assertThat(reports).isEmpty();
    }

    @Test
    void anAdvisoryThatNobodyTakesHoldsUpNoReport() throws Exception {
        unheard = true;
        HttpFaultReporter reporter = reporter(center());
        CompletionStage<Boolean> advised = reporter.advise(GuestFault.DISK_FULL, "", Instant.EPOCH);
        await().until(() -> advisories.size() >= 2);

        assertThat(join(reporter.report(GuestFault.IO_ERROR, "", Instant.EPOCH)))
                .isTrue();
        assertThat(advised.toCompletableFuture()).isNotDone();
        unheard = false;
        assertThat(join(advised)).isTrue();
        assertThat(advisories).containsOnly(advisories.get(0));
    }

    @Test
    void aReportIsTriedUntilACenterTakesItAndHasOneNumberInAllTries() throws Exception {
        refusals.set(3);
        HttpFaultReporter reporter = reporter(center());
        assertThat(join(reporter.report(GuestFault.DISK_FULL, "", Instant.EPOCH)))
                .isTrue();
        assertThat(reports).hasSize(4).containsOnly(reports.get(0));
    }

    @Test
    void reportsArriveInOrderWithRisingNumbersAlsoAfterARestart() throws Exception {
        URI center = center();
        for (int restart = 0; restart < 3; restart++) {
            try (HttpFaultReporter reporter = reporter(center)) {
                reporter.report(GuestFault.IO_ERROR, "", Instant.EPOCH);
                assertThat(join(reporter.report(GuestFault.DISK_FULL, "", Instant.EPOCH)))
                        .isTrue();
            }
        }
        assertThat(reports)
                .hasSize(6)
                .extracting(GuestReport::sequence)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void aHeartbeatArrivesThoughAReportIsNotTaken() throws Exception {
        refusals.set(Integer.MAX_VALUE);
        HttpFaultReporter reporter = reporter(center());
        reporter.report(GuestFault.IO_ERROR, "", Instant.EPOCH);
        // One heartbeat may be lost: the next one follows, as in a monitor.
        await().until(() -> {
            reporter.heartbeat();
            return !heartbeats.isEmpty();
        });
    }

    @Test
    void aReportThatACenterCallsStaleIsGivenUpAndTheNextOneSent() throws Exception {
        outcomes.add(ReportOutcome.STALE);
        HttpFaultReporter reporter = reporter(center());
        CompletionStage<Boolean> stale = reporter.report(GuestFault.IO_ERROR, "", Instant.EPOCH);
        CompletionStage<Boolean> next = reporter.report(GuestFault.DISK_FULL, "", Instant.EPOCH);

        assertThat(join(stale)).isFalse();
        assertThat(join(next)).isTrue();
        assertThat(reports).extracting(GuestReport::kind).containsExactly(GuestFault.IO_ERROR, GuestFault.DISK_FULL);
    }

    @Test
    void aReportOfAVmThatACenterDoesNotKnowYetIsSentUntilItDoes() throws Exception {
        outcomes.addAll(List.of(ReportOutcome.UNKNOWN_VM, ReportOutcome.UNKNOWN_VM));
        HttpFaultReporter reporter = reporter(center());

        assertThat(join(reporter.report(GuestFault.IO_ERROR, "", Instant.EPOCH)))
                .isTrue();
        assertThat(reports).hasSize(3).containsOnly(reports.get(0));
    }

    @Test
    void anAnswerThatIsNotSignedMakesNoReporterGiveUp() throws Exception {
        HttpServer forger = HttpServer.create(ANY_PORT, 0);
        forger.createContext("/", exchange -> {
            exchange.getResponseHeaders().set(ReceiverAnswer.HEADER, "0".repeat(64));
            exchange.sendResponseHeaders(ReceiverAnswer.STALE, -1);
            exchange.close();
        });
        forger.start();
        open.add(() -> forger.stop(0));
        refusals.set(3);
        HttpFaultReporter reporter = reporter(address(forger.getAddress().getPort()), center());

        assertThat(join(reporter.report(GuestFault.IO_ERROR, "", Instant.EPOCH)))
                .isTrue();
    }

    @Test
    void aForgedConfirmationIsNone() throws Exception {
        try (HttpFaultReporter reporter = HttpFaultReporter.builder()
                .receiver("center")
                .vm(MW1, KEY)
                .center(garbage())
                .confirmWait(Duration.ofMillis(300))
                .build()) {
            assertThat(join(reporter.report(GuestFault.IO_ERROR, "", Instant.EPOCH)))
                    .isFalse();
        }
    }

    @Test
    void heartbeatsGoOnWhileACenterLeavesAReportWithoutAnAnswer() throws Exception {
        silent = true;
        HttpFaultReporter reporter = reporter(center());
        reporter.report(GuestFault.IO_ERROR, "", Instant.EPOCH);
        await().until(() -> !reports.isEmpty());
        reporter.heartbeat();
        await().until(() -> !heartbeats.isEmpty());
        assertThat(reports).hasSize(1);
    }

    @Test
    void aKeyIsChangedWithoutAGap() throws Exception {
        byte[] secret = new byte[32];
        secret[0] = 1;
        ReportKey newKey = ReportKey.of("k2", secret);
        Map<String, ReportKey> known = new ConcurrentHashMap<>(Map.of("k1", KEY));
        URI center = center((vm, id) -> Optional.ofNullable(known.get(id)));
        assertThat(reportWith(KEY, center)).isTrue();
        known.put("k2", newKey);
        assertThat(reportWith(KEY, center)).isTrue();
        assertThat(reportWith(newKey, center)).isTrue();
        known.remove("k1");
        assertThat(reportWith(newKey, center)).isTrue();
        assertThat(reportWith(KEY, center)).isFalse();
    }

    private static boolean reportWith(ReportKey key, URI center) throws Exception {
        try (HttpFaultReporter reporter = HttpFaultReporter.builder()
                .receiver("center")
                .vm(MW1, key)
                .center(center)
                .confirmWait(Duration.ofSeconds(1))
                .build()) {
            return join(reporter.report(GuestFault.IO_ERROR, "", Instant.now()));
        }
    }
}
