package io.vmha.monitor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vmha.monitor.contract.FaultReporterTestbed.Told;
import io.vmha.monitor.report.FaultReporter;
import io.vmha.monitor.report.GuestFault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every reporter must do, whoever wrote it: have a fault reach a center as it was told, say "confirmed" of nothing that no center
 * has confirmed, and hold up nobody. A monitor waits for the answer before it powers its VM off, so each stage must end.
 *
 * <p>To test a reporter of your own, extend this class, and return a {@link FaultReporterTestbed} from {@link #newTestbed()}; it is made
 * for each test. On a slow machine an answer may come after the time to wait, so what must be confirmed is reported until it is.
 */
public abstract class FaultReporterContractTest {
    private static final Instant SEEN_AT = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final int TRIES = 4;
    private static final int THREADS = 4;

    private FaultReporterTestbed testbed;
    private FaultReporter reporter;

    /** For the test of an implementation. */
    protected FaultReporterContractTest() {}

    /** Returns a testbed in the state that {@link FaultReporterTestbed} describes. */
    protected abstract FaultReporterTestbed newTestbed() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        testbed = newTestbed();
        reporter = testbed.reporter();
    }

    @AfterEach
    void end() throws Exception {
        testbed.close();
    }

    private CompletionStage<Boolean> report(GuestFault kind) throws Exception {
        return Call.begin(() -> reporter.report(kind, "seen", SEEN_AT)).end(testbed.patience());
    }

    private boolean answer(CompletionStage<Boolean> stage) throws Exception {
        return stage.toCompletableFuture().get(testbed.patience().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void assertConfirmed(GuestFault kind, String detail) throws Exception {
        boolean isConfirmed = false;
        for (int i = 0; i < TRIES && !isConfirmed; i++) {
            isConfirmed = answer(reporter.report(kind, detail, SEEN_AT));
        }
        assertThat(isConfirmed).as("whether a center confirmed %s", kind).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aFaultOfEachKindReachesACenter(GuestFault kind) throws Exception {
        CompletionStage<Boolean> unused = report(kind);

        await().atMost(testbed.patience())
                .untilAsserted(() ->
                        assertThat(testbed.reports()).extracting(Told::kind).contains(kind));
    }

    @Test
    void aReportSaysWhenTheFaultWasSeen() throws Exception {
        CompletionStage<Boolean> unused = report(GuestFault.IO_ERROR);

        await().atMost(testbed.patience())
                .untilAsserted(() -> assertThat(testbed.reports())
                        .extracting(Told::observedAt)
                        .contains(SEEN_AT));
    }

    @Test
    void whatACenterConfirmedIsToldAsConfirmed() throws Exception {
        assertConfirmed(GuestFault.IO_ERROR, "seen");
    }

    @Test
    void whatWasSeenMayBeAnyText() throws Exception {
        String hostile = "\n\r\0\u202e\ud800 \"'<&\\ kind=POWERED_OFF\n" + "\ud83d\udca5\u00e9".repeat(20_000);

        assertConfirmed(GuestFault.IO_ERROR, hostile);
    }

    @Test
    void whatNoCenterAnswersIsNotConfirmedAndEnds() throws Exception {
        testbed.silence();

        assertThat(answer(report(GuestFault.IO_ERROR))).isFalse();
    }

    @Test
    void whatACenterRefusesIsNotConfirmed() throws Exception {
        testbed.refuse();

        assertThat(answer(report(GuestFault.IO_ERROR))).isFalse();
    }

    @Test
    void aReportReturnsBeforeItsAnswer() throws Exception {
        testbed.silence();
        Duration quickest = testbed.confirmWait();
        // Of several, since any one may be held up by the machine.
        for (int i = 0; i < TRIES; i++) {
            long begun = System.nanoTime();
            CompletionStage<Boolean> unused = report(GuestFault.IO_ERROR);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            quickest = took.compareTo(quickest) < 0 ? took : quickest;
        }

        assertThat(quickest).isLessThan(testbed.confirmWait().dividedBy(2));
    }

    @Test
    void aHeartbeatReturnsWhileNoCenterAnswers() throws Exception {
        testbed.silence();
        Call<Boolean> beats = Call.begin(() -> {
            for (int i = 0; i < TRIES; i++) {
                reporter.heartbeat();
            }
            return true;
        });

        assertThat(beats.end(testbed.patience())).isTrue();
    }

    @Test
    void aHeartbeatReachesACenter() {
        await().atMost(testbed.patience()).until(() -> {
            reporter.heartbeat();
            return testbed.heartbeats() > 0;
        });
    }

    @Test
    void aHeartbeatIsNoReport() throws Exception {
        reporter.heartbeat();
        assertConfirmed(GuestFault.DISK_FULL, "seen");

        assertThat(testbed.reports()).containsOnly(new Told(GuestFault.DISK_FULL, SEEN_AT));
    }

    @Test
    void anAdvisoryIsNeverToldAsAReport() throws Exception {
        boolean unused = answer(reporter.advise(GuestFault.IO_ERROR, "seen", SEEN_AT));
        assertConfirmed(GuestFault.DISK_FULL, "seen");

        assertThat(testbed.reports()).containsOnly(new Told(GuestFault.DISK_FULL, SEEN_AT));
    }

    @Test
    void anAdvisoryIsConfirmedWhereACenterGotIt() throws Exception {
        boolean isConfirmed = false;
        for (int i = 0; i < TRIES && !isConfirmed; i++) {
            isConfirmed = answer(reporter.advise(GuestFault.DISK_FULL, "seen", SEEN_AT));
        }

        assertThat(isConfirmed).isEqualTo(testbed.advises());
        assertThat(isConfirmed).isEqualTo(testbed.advisories().contains(new Told(GuestFault.DISK_FULL, SEEN_AT)));
    }

    @Test
    void afterASilenceReportsGetThrough() throws Exception {
        testbed.silence();
        boolean unused = answer(report(GuestFault.GUEST_HUNG));
        testbed.heal();

        assertConfirmed(GuestFault.DISK_FULL, "seen");
    }

    @Test
    void manyThreadsMayReportAtOnce() throws Exception {
        List<Call<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            calls.add(Call.begin(() -> {
                for (GuestFault kind : GuestFault.values()) {
                    assertConfirmed(kind, "seen");
                }
                return true;
            }));
        }
        for (Call<Boolean> call : calls) {
            assertThat(call.end(testbed.patience())).isTrue();
        }
    }

    @Test
    void anInterruptLosesNoReportAndStays() throws Exception {
        boolean isInterrupted = Call.beginInterrupted(() -> {
                    CompletionStage<Boolean> unused = reporter.report(GuestFault.IO_ERROR, "seen", SEEN_AT);
                    return Thread.currentThread().isInterrupted();
                })
                .end(testbed.patience());

        assertThat(isInterrupted).as("whether the thread is still interrupted").isTrue();
        await().atMost(testbed.patience())
                .untilAsserted(() -> assertThat(testbed.reports()).contains(new Told(GuestFault.IO_ERROR, SEEN_AT)));
    }
}
