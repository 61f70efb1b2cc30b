package io.vmha.monitor.report;

import io.vmha.monitor.HeldCalls;
import io.vmha.monitor.contract.FaultReporterContractTest;
import io.vmha.monitor.contract.FaultReporterTestbed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

class HttpFaultReporterContractTest extends FaultReporterContractTest {

    @Override
    protected FaultReporterTestbed newTestbed() throws IOException {
        return new HttpTestbed();
    }

    /** A receiver behind a real server on this host. */
    private static final class HttpTestbed implements FaultReporterTestbed, ReportListener {
        private static final VmName VM = VmName.of("mw1");
        private static final ReportKey KEY = ReportKey.of("k1", new byte[32]);

        private final List<Told> reports = new CopyOnWriteArrayList<>();
        private final List<Told> advisories = new CopyOnWriteArrayList<>();
        private final AtomicInteger heartbeats = new AtomicInteger();
        private final List<CompletableFuture<ReportOutcome>> unanswered = new CopyOnWriteArrayList<>();
        private volatile Optional<HeldCalls> silence = Optional.empty();
        private volatile boolean refuses;
        private final ReportServer server;
        private final HttpFaultReporter reporter;

        HttpTestbed() throws IOException {
            FaultReportReceiver receiver = FaultReportReceiver.builder()
                    .name("center")
                    .keys(ReportKeys.of(Map.of(VM, List.of(KEY))))
                    .listener(this)
                    .build();
            server = ReportServer.start(receiver, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            reporter = HttpFaultReporter.builder()
                    .receiver("center")
                    .vm(VM, KEY)
                    .center(URI.create("http://127.0.0.1:" + server.address().getPort() + ReportServer.PATH))
                    .requestTimeout(confirmWait().dividedBy(2))
                    .confirmWait(confirmWait())
                    .retry(Duration.ofMillis(20), Duration.ofMillis(100))
                    .build();
        }

        private CompletionStage<ReportOutcome> answer(List<Told> told, GuestReport report) {
            told.add(new Told(report.kind(), report.observedAt()));
            if (refuses) {
                return CompletableFuture.completedFuture(ReportOutcome.NOT_TAKEN);
            }
            if (silence.isPresent()) {
                CompletableFuture<ReportOutcome> never = new CompletableFuture<>();
                unanswered.add(never);
                return never;
            }
            return CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);
        }

        @Override
        public CompletionStage<ReportOutcome> fault(GuestReport report) {
            return answer(reports, report);
        }

        @Override
        public CompletionStage<ReportOutcome> advisory(GuestReport advisory) {
            return answer(advisories, advisory);
        }

        @Override
        public void heartbeat(VmName vm, Instant sentAt) {
            silence.ifPresent(HeldCalls::passDeaf);
            heartbeats.incrementAndGet();
        }

        @Override
        public FaultReporter reporter() {
            return reporter;
        }

        @Override
        public List<Told> reports() {
            return reports;
        }

        @Override
        public List<Told> advisories() {
            return advisories;
        }

        @Override
        public int heartbeats() {
            return heartbeats.get();
        }

        @Override
        public boolean advises() {
            return true;
        }

        @Override
        public void silence() {
            silence = Optional.of(new HeldCalls());
        }

        @Override
        public void refuse() {
            refuses = true;
        }

        /** Whoever was not answered is refused, so that the copies of what he sent are looked at again. */
        @Override
        public void heal() {
            refuses = false;
            silence.ifPresent(HeldCalls::close);
            silence = Optional.empty();
            unanswered.forEach(one -> one.complete(ReportOutcome.NOT_TAKEN));
        }

        @Override
        public Duration confirmWait() {
            return Duration.ofSeconds(2);
        }

        @Override
        public void close() throws IOException {
            reporter.close();
            heal();
            server.close();
        }
    }
}
