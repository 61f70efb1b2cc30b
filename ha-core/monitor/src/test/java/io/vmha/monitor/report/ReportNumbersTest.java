package io.vmha.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who a message is for, what numbers it may have, and what a receiver remembers of whom. */
class ReportNumbersTest {
    private static final VmName MW1 = VmName.of("mw1");
    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);
    private static final long NOW_MICROS = NOW.toEpochMilli() * 1_000;
    private static final long HOUR = Duration.ofHours(1).toMillis() * 1_000;
    private static final long WINDOW = Duration.ofSeconds(30).toMillis() * 1_000;
    private static final long MEBIBYTE = 1 << 20;

    private volatile Duration ahead = Duration.ZERO;
    private final Map<String, ReportKey> known = new ConcurrentHashMap<>(Map.of("k1", key("k1", 1)));
    private final List<GuestReport> reports = new ArrayList<>();
    private final FaultReportReceiver receiver = FaultReportReceiver.builder()
            .name("center")
            .keys((vm, keyId) -> vm.equals(MW1) ? Optional.ofNullable(known.get(keyId)) : Optional.empty())
            .clock(InstantSource.fixed(NOW))
            .listener(report -> {
                reports.add(report);
                return CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);
            })
            .build();

    private static ReportKey key(String id, int first) {
        byte[] secret = new byte[ReportKey.MIN_BYTES];
        secret[0] = (byte) first;
        return ReportKey.of(id, secret);
    }

    private int send(String to, ReportKey key, long sequence, long report) {
        ReportMessage message = new ReportMessage(
                to, MW1, key.id(), sequence, NOW, report, Optional.of(GuestFault.IO_ERROR), false, NOW, "");
        return receiver.receive("192.0.2.1", Messages.signed(message, key))
                .toCompletableFuture()
                .join()
                .status();
    }

    @Test
    void aNumberPastTheMessagesOwnTimeIsRefusedAndLocksNothingOut() {
        ReportKey key = key("k1", 1);
        assertThat(send("center", key, NOW_MICROS + HOUR, 1)).isEqualTo(Refusal.OUTSIDE_TIME_WINDOW.status());
        assertThat(send("center", key, 2, NOW_MICROS + HOUR)).isEqualTo(Refusal.OUTSIDE_TIME_WINDOW.status());
        assertThat(send("center", key, 999_999_999_999_999_999L, 1)).isEqualTo(Refusal.OUTSIDE_TIME_WINDOW.status());
        assertThat(reports).isEmpty();

        assertThat(send("center", key, NOW_MICROS, NOW_MICROS)).isEqualTo(200);
        assertThat(send("center", key, NOW_MICROS + WINDOW, NOW_MICROS + WINDOW))
                .isEqualTo(200);
    }

    @Test
    void aNewKeyBeginsANewLifeAndTheOldOneHasItsNumbersStill() {
        known.put("k2", key("k2", 2));
        assertThat(send("center", key("k1", 1), NOW_MICROS + WINDOW, 1)).isEqualTo(200);
        assertThat(send("center", key("k2", 2), NOW_MICROS, 1)).isEqualTo(200);
        assertThat(send("center", key("k1", 1), NOW_MICROS, 2)).isEqualTo(Refusal.REPLAYED.status());
        assertThat(reports).extracting(GuestReport::source).doesNotHaveDuplicates();
    }

    @Test
    void aKeyThatIsReplacedUnderItsNameBeginsANewLifeToo() {
        assertThat(send("center", key("k1", 1), NOW_MICROS, 1)).isEqualTo(200);
        known.put("k1", key("k1", 2));
        assertThat(send("center", key("k1", 2), NOW_MICROS - 1, 2)).isEqualTo(200);
    }

    @Test
    void whatIsMeantForAnotherReceiverMeansNothingHere() {
        assertThat(send("other-center", key("k1", 1), 1, 1)).isEqualTo(Refusal.WRONG_RECEIVER.status());
        assertThat(receiver.refused()).containsEntry(Refusal.WRONG_RECEIVER, 1L);
        assertThat(reports).isEmpty();
    }

    @Test
    void aReporterWhoseClockWasOnceAheadIsHeardOfOnceItIsRight() throws Exception {
        withReporter((ofNow, reporter) -> {
            ahead = Duration.ofHours(1);
            var confirmed = reporter.report(GuestFault.IO_ERROR, "", Instant.now());
            await().until(() -> ofNow.refused().get(Refusal.OUTSIDE_TIME_WINDOW) >= 3);
            ahead = Duration.ZERO;
            assertThat(confirmed.toCompletableFuture().get(60, TimeUnit.SECONDS))
                    .isTrue();
        });
    }

    @Test
    void aReporterWhoseClockIsSetBackWithinTheWindowIsHeardOfWithoutAGap() throws Exception {
        withReporter((ofNow, reporter) -> {
            for (int seconds : new int[] {20, 12, 4, -4, -8}) {
                ahead = Duration.ofSeconds(seconds);
                var confirmed = reporter.report(GuestFault.IO_ERROR, "", Instant.now());
                assertThat(confirmed.toCompletableFuture().get(60, TimeUnit.SECONDS))
                        .isTrue();
            }
            assertThat(ofNow.refused().values()).containsOnly(0L);
        });
    }

    private interface Reporting {
        void use(FaultReportReceiver receiver, HttpFaultReporter reporter) throws Exception;
    }

    private void withReporter(Reporting use) throws Exception {
        FaultReportReceiver ofNow = FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(Map.of(MW1, List.of(key("k1", 1)))))
                .listener(report -> CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN))
                .build();
        try (ReportServer server = ReportServer.start(ofNow, HttpFaultReporterTest.ANY_PORT);
                HttpFaultReporter reporter = HttpFaultReporter.builder()
                        .receiver("center")
                        .vm(MW1, key("k1", 1))
                        .center(HttpFaultReporterTest.address(server.address().getPort()))
                        .clock(() -> Instant.now().plus(ahead), new SplittableRandom(1))
                        .requestTimeout(Duration.ofMinutes(1))
                        .retry(Duration.ofMillis(5), Duration.ofMillis(20))
                        .build()) {
            use.use(ofNow, reporter);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"e\u0301", "a\u202eb", "a\u2028b", "a\u200bb"})
    void aMessageWhoseVmIsNotInItsOneFormIsMalformed(String vm) {
        byte[] unsigned = ("vmha-report/2\nto=center\nvm=" + vm
                        + "\nkey=k1\nsequence=1\nsent-at=1\nreport=1\nkind=HEARTBEAT\nobserved-at=1\ndetail=\n")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(receiver.receive("192.0.2.1", Messages.signed(unsigned, key("k1", 1)))
                        .toCompletableFuture()
                        .join()
                        .status())
                .isEqualTo(Refusal.MALFORMED.status());
    }

    @Test
    void secretsThatSignAlikeAreRefusedForTwoVms() throws Exception {
        byte[] secret = new byte[40];
        Arrays.fill(secret, (byte) 7);
        byte[] padded = Arrays.copyOf(secret, 41);
        byte[] longer = new byte[100];
        Arrays.fill(longer, (byte) 9);
        byte[] hashed = MessageDigest.getInstance("SHA-256").digest(longer);

        assertRefusedTogether(secret, padded);
        assertRefusedTogether(longer, hashed);
        ReportKeys.of(
                Map.of(MW1, List.of(ReportKey.of("k", secret)), VmName.of("mw2"), List.of(ReportKey.of("k", longer))));
    }

    private static void assertRefusedTogether(byte[] one, byte[] other) {
        ReportKey first = ReportKey.of("k1", one);
        ReportKey second = ReportKey.of("k2", other);
        assertThat(first.sign(new byte[] {1}, 1)).isEqualTo(second.sign(new byte[] {1}, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReportKeys.of(Map.of(MW1, List.of(first), VmName.of("mw2"), List.of(second))))
                .withMessageContaining("sign alike");
    }

    @Test
    void aMillionUnknownVmsAndSourcesLeaveNothingBehind() {
        receiver.receive("192.0.2.1", new byte[0]);
        long before = usedAfterCollection();
        ReportKey none = key("none", 3);
        for (int i = 0; i < 1_000_000; i++) {
            ReportMessage message = new ReportMessage(
                    "center", VmName.of("vm" + i), none.id(), 1, NOW, 1, Optional.empty(), false, NOW, "");
            receiver.receive("source" + i, Messages.signed(message, none));
        }
        long grown = usedAfterCollection() - before;

        assertThat(receiver.refused()).containsEntry(Refusal.UNKNOWN_KEY, 1_000_000L);
        System.out.printf("after 1,000,000 unknown VMs and sources: %.1f MiB more%n", grown / (double) MEBIBYTE);
        assertThat(grown).isLessThan(20 * MEBIBYTE);
    }

    private static long usedAfterCollection() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
