package io.vmha.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a VM is told of a report that it sends again, while it is not known what becomes of the first try. */
class RepeatedReportTest {
    private static final VmName MW1 = VmName.of("mw1");
    private static final ReportKey KEY = ReportKey.of("k1", new byte[32]);
    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);

    private final List<GuestReport> given = new ArrayList<>();
    private final List<CompletableFuture<ReportOutcome>> outcomes = new ArrayList<>();
    private long sequence;
    private boolean isQuick;
    private FaultReportReceiver receiver = receiver(Duration.ofMinutes(10));

    private FaultReportReceiver receiver(Duration answerWait) {
        return FaultReportReceiver.builder()
                .name("center")
                .keys(ReportKeys.of(Map.of(MW1, List.of(KEY))))
                .clock(InstantSource.fixed(NOW))
                .rates(1_000_000, 1_000_000)
                .answerWait(answerWait)
                .listener(report -> {
                    given.add(report);
                    CompletableFuture<ReportOutcome> outcome = isQuick
                            ? CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN)
                            : new CompletableFuture<>();
                    outcomes.add(outcome);
                    return outcome;
                })
                .build();
    }

    private CompletableFuture<ReceiverAnswer> send(long report) {
        sequence++;
        ReportMessage message = new ReportMessage(
                "center", MW1, KEY.id(), sequence, NOW, report, Optional.of(GuestFault.IO_ERROR), false, NOW, "");
        return receiver.receive("192.0.2.1", Messages.signed(message, KEY)).toCompletableFuture();
    }

    @Test
    void aRepeatIsConfirmedOnceTheFirstIsWrittenDownAndNotBefore() {
        receiver = receiver(Duration.ofMillis(1));
        CompletableFuture<ReceiverAnswer> first = send(5);
        await().until(first::isDone);
        assertThat(first.join().status()).isEqualTo(503);
        CompletableFuture<ReceiverAnswer> second = send(5);
        await().until(second::isDone);

        assertThat(second.join().status())
                .as("the first is not written down yet")
                .isEqualTo(503);
        assertThat(given).as("the center is not asked about it meanwhile").hasSize(1);
        outcomes.get(0).complete(ReportOutcome.WRITTEN_DOWN);
        isQuick = true;
        assertThat(send(5).join().status()).isEqualTo(200);
    }

    @Test
    void aRepeatIsOfTheOutcomeOfTheFirst() {
        for (ReportOutcome outcome :
                List.of(ReportOutcome.WRITTEN_DOWN, ReportOutcome.STALE, ReportOutcome.UNKNOWN_VM)) {
            CompletableFuture<ReceiverAnswer> first = send(5);
            CompletableFuture<ReceiverAnswer> repeat = send(5);
            assertThat(repeat).isNotDone();
            outcomes.get(outcomes.size() - 1).complete(outcome);

            assertThat(repeat.join().status()).isEqualTo(first.join().status());
        }
        assertThat(given).hasSize(3);
    }

    @Test
    void aRepeatOfWhatWasNotTakenIsTakenInItsPlace() {
        CompletableFuture<ReceiverAnswer> first = send(5);
        CompletableFuture<ReceiverAnswer> repeat = send(5);
        outcomes.get(0).completeExceptionally(new IllegalStateException("the journal cannot be written"));

        assertThat(first.join().status()).isEqualTo(503);
        assertThat(repeat).isNotDone();
        assertThat(given).hasSize(2).containsOnly(given.get(0));
        outcomes.get(1).complete(ReportOutcome.WRITTEN_DOWN);
        assertThat(repeat.join().status()).isEqualTo(200);
    }

    @Test
    void whatIsStaleOrOfAnUnknownVmIsNeverConfirmedAndItsSenderCanRelyOnWhichItIs() {
        CompletableFuture<ReceiverAnswer> stale = send(5);
        outcomes.get(0).complete(ReportOutcome.STALE);
        CompletableFuture<ReceiverAnswer> unknown = send(6);
        outcomes.get(1).complete(ReportOutcome.UNKNOWN_VM);

        assertThat(stale.join().status()).isEqualTo(410);
        assertThat(unknown.join().status()).isEqualTo(422);
        assertThat(stale.join().signature()).isPresent();
        assertThat(unknown.join().signature())
                .isPresent()
                .isNotEqualTo(stale.join().signature());
    }

    @Test
    void ofManyRepeatsTheLastWaitsSoThatNothingGathers() {
        send(5);
        List<CompletableFuture<ReceiverAnswer>> repeats = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            repeats.add(send(5));
        }

        assertThat(repeats.subList(0, 999))
                .allSatisfy(repeat -> assertThat(repeat.join().status()).isEqualTo(503));
        assertThat(repeats.get(999)).isNotDone();
        assertThat(given).hasSize(1);
    }

    @Test
    void aVmWithManyReportsThatAreNotAnsweredHasNoMoreOfThemOpen() {
        for (int i = 0; i < 64; i++) {
            assertThat(send(i)).isNotDone();
        }
        assertThat(send(64).join().status()).isEqualTo(503);
        outcomes.get(0).complete(ReportOutcome.WRITTEN_DOWN);
        assertThat(send(64)).isNotDone();
    }

    @Test
    void whateverTheListenerThrowsTheReportIsNotConfirmed() {
        for (Throwable thrown : List.of(new IllegalStateException("closed"), new StackOverflowError())) {
            FaultReportReceiver broken = FaultReportReceiver.builder()
                    .name("center")
                    .keys(ReportKeys.of(Map.of(MW1, List.of(KEY))))
                    .clock(InstantSource.fixed(NOW))
                    .listener(report -> {
                        throw sneaky(thrown);
                    })
                    .build();
            receiver = broken;
            assertThat(send(5).join().status()).isEqualTo(503);
            assertThat(send(5).join().status()).isEqualTo(503);
        }
    }

    private static RuntimeException sneaky(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }
}
