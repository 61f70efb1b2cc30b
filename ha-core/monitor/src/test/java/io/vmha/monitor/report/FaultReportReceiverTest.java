package io.vmha.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultReportReceiverTest {
    private static final VmName MW1 = VmName.of("mw1");
    private static final VmName DB1 = VmName.of("db1");
    private static final ReportKey K1 = key("k1", 0);
    private static final ReportKey K2 = key("k2", 100);
    private static final ReportKey DB_KEY = key("k1", 50);
    private static final String VECTOR = """
        vmha-report/2
        to=center
        vm=mw1
        key=k1
        sequence=7
        sent-at=1700000000000
        report=5
        kind=FILESYSTEM_READ_ONLY
        observed-at=1699999999000
        detail=/data is read-only
        mac=d5f57c4083925f4805e8d3e14a54e49c40f777358c9cceca50018dad54bc4183
        """;
    private static final String VECTOR_ANSWER = "3899fe49741e4847546047c334ff81f735f12fef5579c20d283bcb86a7016c59";

    private final List<GuestReport> reports = new ArrayList<>();
    private final List<GuestReport> advisories = new ArrayList<>();
    private final List<VmName> heartbeats = new ArrayList<>();
    private Instant now = Instant.ofEpochMilli(1_700_000_000_000L);
    private CompletionStage<ReportOutcome> center = CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN);

    private final FaultReportReceiver receiver = builder().build();

    private FaultReportReceiver.Builder builder() {
        return FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(Map.of(MW1, List.of(K1, K2), DB1, List.of(DB_KEY))))
                .clock(() -> now)
                .listener(new ReportListener() {
                    @Override
                    public CompletionStage<ReportOutcome> fault(GuestReport report) {
                        reports.add(report);
                        return center;
                    }

                    @Override
                    public CompletionStage<ReportOutcome> advisory(GuestReport advisory) {
                        advisories.add(advisory);
                        return center;
                    }

                    @Override
                    public void heartbeat(VmName vm, Instant sentAt) {
                        heartbeats.add(vm);
                    }
                });
    }

    private static ReportKey key(String id, int first) {
        byte[] secret = new byte[32];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) (first + i);
        }
        return ReportKey.of(id, secret);
    }

    private byte[] message(VmName vm, ReportKey key, long sequence) {
        return message("center", vm, key, sequence, sequence);
    }

    private byte[] message(String to, VmName vm, ReportKey key, long sequence, long report) {
        return Messages.signed(
                new ReportMessage(
                        to,
                        vm,
                        key.id(),
                        sequence,
                        now,
                        report,
                        Optional.of(GuestFault.IO_ERROR),
                        false,
                        now,
                        "sda: é 𝄞"),
                key);
    }

    private ReceiverAnswer send(byte[] body) {
        return receiver.receive("192.0.2.1", body).toCompletableFuture().join();
    }

    private void assertRefused(byte[] body, Refusal refusal) {
        long before = receiver.refused().get(refusal);
        assertThat(send(body)).isEqualTo(new ReceiverAnswer(refusal.status(), Optional.empty()));
        assertThat(receiver.refused()).containsEntry(refusal, before + 1);
        assertThat(reports).isEmpty();
    }

    @Test
    void theTestVectorIsTakenInAndConfirmed() {
        assertThat(send(VECTOR.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new ReceiverAnswer(200, Optional.of(VECTOR_ANSWER)));
        assertThat(reports)
                .containsExactly(new GuestReport(
                        MW1,
                        GuestFault.FILESYSTEM_READ_ONLY,
                        Instant.ofEpochMilli(1_699_999_999_000L),
                        "monitor:mw1/k1",
                        5));
    }

    @Test
    void anAdvisoryIsNoReportAndIsSignedAsOne() {
        byte[] advisory = advisory(Optional.of(GuestFault.IO_ERROR));
        assertThat(send(advisory).signature()).isPresent();
        assertThat(advisories).hasSize(1);
        assertThat(reports).isEmpty();
        byte[] promoted = new String(advisory, StandardCharsets.UTF_8)
                .replace("ADVISORY/", "")
                .getBytes(StandardCharsets.UTF_8);
        assertRefused(promoted, Refusal.WRONG_SIGNATURE);
        assertRefused(advisory(Optional.empty()), Refusal.MALFORMED);
    }

    private byte[] advisory(Optional<GuestFault> kind) {
        return Messages.signed(new ReportMessage("center", MW1, K1.id(), 3, now, 3, kind, true, now, ""), K1);
    }

    @Test
    void aReplayIsRefused() {
        byte[] message = message(MW1, K1, 8);
        assertThat(send(message).status()).isEqualTo(200);
        reports.clear();
        assertRefused(message, Refusal.REPLAYED);
        assertRefused(message(MW1, K1, 7), Refusal.REPLAYED);
    }

    @Test
    void aMachineCannotSpeakForAnother() {
        assertRefused(message(DB1, K1, 1), Refusal.WRONG_SIGNATURE);
        assertRefused(message(DB1, K2, 1), Refusal.UNKNOWN_KEY);
    }

    @Test
    void unknownMachinesAndKeysAreAnsweredAsWrongSignaturesAre() {
        assertRefused(message(VmName.of("none"), K1, 1), Refusal.UNKNOWN_KEY);
        assertRefused(message(MW1, key("k3", 0), 1), Refusal.UNKNOWN_KEY);
        assertThat(Refusal.UNKNOWN_KEY.status()).isEqualTo(Refusal.WRONG_SIGNATURE.status());
    }

    @Test
    void anAlteredBodyIsRefused() {
        String altered = VECTOR.replace("FILESYSTEM_READ_ONLY", "DISK_FULL");
        assertRefused(altered.getBytes(StandardCharsets.UTF_8), Refusal.WRONG_SIGNATURE);
    }

    @Test
    void aMessageThatIsTooOldOrFromTheFutureIsRefused() {
        byte[] message = message(MW1, K1, 1);
        now = now.plus(Duration.ofSeconds(31));
        assertRefused(message, Refusal.OUTSIDE_TIME_WINDOW);
        now = now.minus(Duration.ofSeconds(62));
        assertRefused(message, Refusal.OUTSIDE_TIME_WINDOW);
    }

    @Test
    void whatIsTooLongOrNoMessageIsRefused() {
        assertRefused(new byte[4097], Refusal.OVERSIZED);
        assertRefused(new byte[0], Refusal.MALFORMED);
        assertRefused(VECTOR.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8), Refusal.MALFORMED);
        assertRefused(VECTOR.replace("sequence=7", "sequence=07").getBytes(StandardCharsets.UTF_8), Refusal.MALFORMED);
        assertRefused(
                VECTOR.replace("FILESYSTEM_READ_ONLY", "HOST_DOWN").getBytes(StandardCharsets.UTF_8),
                Refusal.MALFORMED);
    }

    @Test
    void bothKeysAreGoodWhileTheyAreChanged() {
        assertThat(send(message(MW1, K1, 1)).status()).isEqualTo(200);
        assertThat(send(message(MW1, K2, 2)).status()).isEqualTo(200);
    }

    @Test
    void keysOfTwoMachinesWithOneSecretAreRefused() {
        ReportKey sameSecret = key("k9", 0);
        assertThatThrownBy(() -> ReportKeys.of(Map.of(MW1, List.of(K1), DB1, List.of(sameSecret))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sign alike");
    }

    @Test
    void whoeverSendsForgedMessagesUsesUpNothingOfWhatGenuineOnesBehindTheSameAddressMayHave() {
        for (int i = 0; i < 10_000; i++) {
            send(new byte[0]);
        }
        assertThat(receiver.refused()).containsEntry(Refusal.MALFORMED, 10_000L);
        assertThat(send(message(MW1, K1, 1)).status()).isEqualTo(200);
    }

    @Test
    void moreThanASourceMayBeToldIsRefusedWithoutSayingWhy() {
        FaultReportReceiver limited = builder().refusalRate(2).build();
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            statuses.add(limited.receive("192.0.2.66", new byte[0])
                    .toCompletableFuture()
                    .join()
                    .status());
        }
        assertThat(statuses).containsExactly(400, 400, 429);
    }

    @Test
    void aMachineThatSendsTooMuchUsesUpNothingOfWhatOthersMaySend() {
        FaultReportReceiver limited = builder().rates(2, 4).build();
        for (int i = 1; i <= 100; i++) {
            limited.receive("192.0.2.1", message(MW1, K1, i));
        }
        assertThat(limited.refused()).containsEntry(Refusal.TOO_MANY, 98L);
        assertThat(limited.receive("192.0.2.1", message(DB1, DB_KEY, 1))
                        .toCompletableFuture()
                        .join()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aReplayToAReceiverThatWasStartedAnewIsTheSameReportAgain() {
        byte[] message = message(MW1, K1, 1);
        send(message);
        builder().build().receive("192.0.2.66", message);
        assertThat(reports).hasSize(2).containsOnly(reports.get(0));
    }

    @Test
    void aMessageIsTakenOnceTheReceiversClockIsRightAgain() {
        byte[] message = message(MW1, K1, 1);
        Instant right = now;
        now = right.plus(Duration.ofHours(1));
        assertRefused(message, Refusal.OUTSIDE_TIME_WINDOW);
        now = right;
        assertThat(send(message).status()).isEqualTo(200);
    }

    @Test
    void aReportIsNotConfirmedBeforeTheCenterTookIt() {
        CompletableFuture<ReportOutcome> pending = new CompletableFuture<>();
        center = pending;
        CompletableFuture<ReceiverAnswer> answer =
                receiver.receive("192.0.2.1", message(MW1, K1, 1)).toCompletableFuture();
        assertThat(answer).isNotDone();
        pending.completeExceptionally(new IllegalStateException("closed"));
        assertThat(answer.join().status()).isEqualTo(503);
        assertThat(answer.join().signature()).isEmpty();
    }

    @Test
    void whateverTheBytesAreNothingButARefusalIsThrownAndAMessageHasOneFormOnly() {
        long seed = Long.getLong("vmha.seed", 1L);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = mutate(VECTOR.getBytes(StandardCharsets.UTF_8), random);
            try {
                ReportFormat.Read read = ReportFormat.read(bytes);
                assertThat(ReportFormat.unsigned(read.message()))
                        .as("seed %s, case %s", seed, i)
                        .isEqualTo(Arrays.copyOf(bytes, read.signedLength()));
            } catch (RefusedException refused) {
                assertThat(refused.refusal()).isIn(Refusal.MALFORMED, Refusal.OVERSIZED);
            }
        }
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] mutated = Arrays.copyOf(bytes, random.nextInt(4) == 0 ? random.nextInt(5000) : bytes.length);
        for (int i = random.nextInt(4); i > 0 && mutated.length > 0; i--) {
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
        }
        return mutated;
    }

    @Test
    void aFifoAsKeyIsRefusedAndNotWaitedFor(@TempDir Path directory) throws Exception {
        Path fifo = directory.resolve("key");
        assertThat(new ProcessBuilder("mkfifo", "-m", "0600", fifo.toString())
                        .start()
                        .waitFor())
                .isZero();
        assertTimeoutPreemptively(
                Duration.ofMinutes(2),
                () -> assertThatThrownBy(() -> ReportKey.read(fifo))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("regular file"));
    }

    @Test
    void aKeyFileThatOthersCanReadIsRefusedAndNoTextHasTheSecret(@TempDir Path directory) throws Exception {
        String secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        Path file = Files.writeString(directory.resolve("key"), "k1 " + secret + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> ReportKey.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("owner only")
                .hasMessageNotContaining(secret);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        ReportKey read = ReportKey.read(file);
        assertThat(read).hasToString("ReportKey[k1]");
        assertThat(read.sign(new byte[1], 1)).isEqualTo(K1.sign(new byte[1], 1));
    }
}
