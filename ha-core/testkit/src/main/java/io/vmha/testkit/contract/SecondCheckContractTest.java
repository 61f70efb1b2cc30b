package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmha.detection.SecondCheck;
import io.vmha.detection.SecondLook;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every second check must do, whoever wrote it: tell what it has seen in this look and nothing else. A machine is powered off for
 * what it says, so no time-out, no interrupt and no VM that it does not know may pass for a VM that is off or shows no life.
 *
 * <p>To test a check of your own, extend this class, and return a {@link SecondCheckTestbed} from {@link #newTestbed()}; it is made anew
 * for each test. What a check throws counts as {@link SecondLook#UNKNOWN}, here as in the center.
 */
public abstract class SecondCheckContractTest {
    private static final Duration PROMPTLY = Duration.ofSeconds(2);
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final VmId NOBODY = VmId.of("no-such-vm");

    private SecondCheckTestbed testbed;
    private SecondCheck check;

    /** For the test of an implementation. */
    protected SecondCheckContractTest() {}

    /** Returns a testbed in the state that {@link SecondCheckTestbed} describes. */
    protected abstract SecondCheckTestbed newTestbed();

    @BeforeEach
    void begin() {
        testbed = newTestbed();
        check = testbed.check();
    }

    @AfterEach
    void end() {
        testbed.close();
    }

    private SecondLook look(VmId vm, HostId host, Duration deadline) {
        try {
            return check.look(vm, host, deadline);
        } catch (RuntimeException told) {
            return SecondLook.UNKNOWN;
        }
    }

    private SecondLook look() {
        return look(testbed.vm(), testbed.host(), testbed.patience());
    }

    private SecondLook lookAtTheOther() {
        return look(testbed.otherVm(), testbed.otherHost(), testbed.patience());
    }

    /** What may be told of a VM whose guest lives. */
    private Set<SecondLook> alive() {
        return testbed.seesLife()
                ? EnumSet.of(SecondLook.ALIVE)
                : EnumSet.of(SecondLook.NO_SIGN_OF_LIFE, SecondLook.UNKNOWN);
    }

    private AutoCloseable silenceHost() {
        Optional<AutoCloseable> silence = testbed.silenceHost();
        assumeThat(silence).as("the testbed silences a host").isPresent();
        return silence.orElseThrow();
    }

    @Test
    void aGuestThatLivesIsTakenForNothingWorse() {
        assertThat(look()).isIn(alive());
        assertThat(lookAtTheOther()).isIn(alive());
    }

    @Test
    void aVmThatIsOffIsToldAsOffAndNoOtherIs() {
        testbed.powerOff();

        assertThat(look()).isEqualTo(SecondLook.OFF);
        assertThat(lookAtTheOther()).isIn(alive());
    }

    @Test
    void aLookTellsWhatIsAndNotWhatTheLookBeforeSaw() {
        assertThat(look()).isIn(alive());
        testbed.powerOff();

        assertThat(look()).isEqualTo(SecondLook.OFF);
    }

    @Test
    void aGuestThatHangsShowsNoSignOfLife() {
        assertThat(look()).isIn(alive());
        assumeThat(testbed.hangGuest()).as("the testbed has a guest hang").isTrue();

        assertThat(look()).isEqualTo(SecondLook.NO_SIGN_OF_LIFE);
        assertThat(lookAtTheOther()).isIn(alive());
    }

    @Test
    void aVmThatItDoesNotKnowIsUnknown() {
        assertThat(look(NOBODY, testbed.host(), testbed.patience()))
                .as("a look at a VM that is not there, which says nothing of it")
                .isEqualTo(SecondLook.UNKNOWN);
    }

    @Test
    void aHostThatDoesNotAnswerSaysNothingOfItsVm() throws Exception {
        try (AutoCloseable silence = silenceHost()) {
            assertThat(silence).isNotNull();
            assertThat(look(testbed.vm(), testbed.host(), DEADLINE)).isIn(SecondLook.HOST_SILENT, SecondLook.UNKNOWN);
        }
        assertThat(look()).as("once it answers again").isIn(alive());
    }

    @Test
    void aLookIsOverByItsDeadline() throws Exception {
        try (AutoCloseable silence = silenceHost()) {
            assertThat(silence).isNotNull();
            long begun = System.nanoTime();
            SecondLook unused = look(testbed.vm(), testbed.host(), DEADLINE);

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DEADLINE.plus(PROMPTLY));
        }
    }

    @Test
    void aHostThatDoesNotAnswerHoldsUpNoLookAtAnother() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (AutoCloseable silence = silenceHost()) {
            assertThat(silence).isNotNull();
            CountDownLatch begins = new CountDownLatch(1);
            Future<SecondLook> waiting = threads.submit(() -> {
                begins.countDown();
                return look(testbed.vm(), testbed.host(), LONG);
            });
            assertThat(begins.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            long begun = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                assertThat(look(testbed.otherVm(), testbed.otherHost(), LONG)).isIn(alive());
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begun);

            assertThat(took).isLessThan(LONG.minus(PROMPTLY));
            assertThat(waiting).isNotNull();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyThreadsThatLookAtOnceAreEachToldOfTheirOwn() throws Exception {
        testbed.powerOff();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<SecondLook>>> off = new ArrayList<>();
            List<Future<List<SecondLook>>> on = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                off.add(threads.submit(() -> List.of(look(), look(), look(), look(), look())));
                on.add(threads.submit(() -> List.of(
                        lookAtTheOther(), lookAtTheOther(), lookAtTheOther(), lookAtTheOther(), lookAtTheOther())));
            }
            long patience = testbed.patience().toSeconds() * 5;
            for (Future<List<SecondLook>> looks : off) {
                assertThat(looks.get(patience, TimeUnit.SECONDS)).containsOnly(SecondLook.OFF);
            }
            for (Future<List<SecondLook>> looks : on) {
                assertThat(looks.get(patience, TimeUnit.SECONDS)).isSubsetOf(alive());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aLookThatIsInterruptedBlamesNobodyAndStaysInterrupted() {
        Set<SecondLook> allowed = EnumSet.of(SecondLook.UNKNOWN);
        allowed.addAll(alive());
        Thread.currentThread().interrupt();
        boolean isInterrupted;
        SecondLook seen;
        try {
            seen = look();
        } finally {
            isInterrupted = Thread.interrupted();
        }

        assertThat(seen).isIn(allowed);
        assertThat(isInterrupted).as("whether the thread is still interrupted").isTrue();
    }
}
