package io.vmha.monitor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.vmha.monitor.FoundFault;
import io.vmha.monitor.Isolation;
import io.vmha.monitor.report.GuestFault;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every isolation must do, whoever wrote it: cut the VM off, and never say so of one that still runs, since a second VM serves the
 * same requests then. It does nothing before it is asked, and a try that failed or hung does not spoil the next.
 *
 * <p>To test an isolation of your own, extend this class, and return an {@link IsolationTestbed} from {@link #newTestbed()}; it is made
 * for each test. A try may return, throw or go on once the VM is isolated: in production nobody is there to see.
 */
public abstract class IsolationContractTest {
    private static final FoundFault FAULT =
            new FoundFault("disks", GuestFault.FILESYSTEM_READ_ONLY, "/data is read-only", Instant.EPOCH);
    /** More than an isolation keeps threads for. */
    private static final int TRIES = 5;

    private IsolationTestbed testbed;
    private Isolation isolation;

    /** For the test of an implementation. */
    protected IsolationContractTest() {}

    /** Returns a testbed in the state that {@link IsolationTestbed} describes. */
    protected abstract IsolationTestbed newTestbed() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        testbed = newTestbed();
        isolation = testbed.isolation();
    }

    @AfterEach
    void end() throws Exception {
        testbed.close();
    }

    /** Whether a try said, by returning, that the VM is isolated. */
    private boolean tryOnce(FoundFault fault) {
        try {
            isolation.isolate(fault);
            return true;
        } catch (Exception notIsolated) {
            return false;
        }
    }

    private Call<Boolean> begin(FoundFault fault) {
        return Call.begin(() -> tryOnce(fault));
    }

    private void assertIsolates(FoundFault fault) {
        Call<Boolean> unused = begin(fault);
        await().atMost(testbed.patience())
                .untilAsserted(() -> assertThat(testbed.isIsolated())
                        .as("whether the VM is isolated")
                        .isTrue());
    }

    /** Evaluated at once after a try, on its thread: what comes true later was not true when it was said. */
    private boolean isTrueWhatIsSaid() {
        return !tryOnce(FAULT) || testbed.isIsolated();
    }

    private static void assertTrueWhatIsSaid(boolean isTrue) {
        assertThat(isTrue).as("a try that returns, of a VM that is isolated").isTrue();
    }

    private Hang hang() throws Exception {
        Optional<Hang> hang = testbed.hang();
        assumeThat(hang).as("the testbed has the isolation hang").isPresent();
        return hang.orElseThrow();
    }

    private Call<Boolean> beginAndInterrupt(Hang hang) {
        Call<Boolean> attempt = Call.begin(this::isTrueWhatIsSaid);
        await().atMost(testbed.patience()).until(() -> hang.holdsACall() || attempt.isOver());
        attempt.interrupt();
        return attempt;
    }

    @Test
    void nothingIsDoneBeforeItIsAsked() {
        assertThat(testbed.isIsolated()).isFalse();
    }

    @Test
    void sayingWhatItDoesDoesNothing() {
        String unused = isolation.describe();

        assertThat(testbed.isIsolated()).isFalse();
    }

    @Test
    void itSaysWhatItDoes() {
        assertThat(isolation.describe()).isNotBlank();
    }

    @ParameterizedTest
    @EnumSource
    void theVmIsIsolatedWhateverTheFault(GuestFault kind) {
        assertIsolates(new FoundFault("w", kind, "", Instant.EPOCH));
    }

    @Test
    void whatWasSeenIsNeverPartOfACommand() {
        assertIsolates(
                new FoundFault("'; exit 1; '", GuestFault.IO_ERROR, "\"; exit 1; $(exit 1) %s {0}", Instant.MAX));
    }

    @Test
    void aTryReturnsOnlyOnceTheVmIsIsolated() throws Exception {
        Call<Boolean> attempt = Call.begin(this::isTrueWhatIsSaid);
        await().atMost(testbed.patience()).until(() -> attempt.isOver() || testbed.isIsolated());

        assertTrueWhatIsSaid(!attempt.isOver() || attempt.end(testbed.patience()));
    }

    @Test
    void aTryThatFailsThrows() throws Exception {
        testbed.fail();

        assertThat(begin(FAULT).end(testbed.patience()))
                .as("whether it was said that a VM is isolated that runs")
                .isFalse();
    }

    @Test
    void theVmIsIsolatedByATryAfterOnesThatFailed() throws Exception {
        testbed.fail();
        for (int i = 0; i < TRIES; i++) {
            Boolean unused = begin(FAULT).end(testbed.patience());
        }
        testbed.heal();

        assertIsolates(FAULT);
    }

    @Test
    void aTryThatIsInterruptedBeforeItBeginsSaysNothingThatIsNotSo() throws Exception {
        testbed.fail();

        assertTrueWhatIsSaid(Call.beginInterrupted(this::isTrueWhatIsSaid).end(testbed.patience()));
    }

    @Test
    void aTryThatIsInterruptedWhileItHangsSaysNothingThatIsNotSo() throws Exception {
        try (Hang hang = hang()) {
            Call<Boolean> attempt = beginAndInterrupt(hang);
            await().atMost(testbed.patience()).until(attempt::isOver);

            assertTrueWhatIsSaid(attempt.end(testbed.patience()));
        }
    }

    @Test
    void aTryThatHangsEndsOnceItIsInterrupted() throws Exception {
        try (Hang hang = hang()) {
            Call<Boolean> attempt = beginAndInterrupt(hang);

            await().atMost(testbed.patience())
                    .untilAsserted(() -> assertThat(attempt.isOver())
                            .as("whether the try is over while its way still hangs")
                            .isTrue());
        }
    }

    @Test
    void theVmIsIsolatedByATryAfterOnesThatHung() throws Exception {
        try (Hang hang = hang()) {
            for (int i = 0; i < TRIES; i++) {
                boolean unused = beginAndInterrupt(hang).end(testbed.patience());
            }
            testbed.heal();

            assertIsolates(FAULT);
        }
    }
}
