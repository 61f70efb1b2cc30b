package io.vmha.monitor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.vmha.monitor.Probe;
import io.vmha.monitor.ProbeResult;
import io.vmha.monitor.SilenceReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every probe must do, whoever wrote it: tell what it sees in this look and nothing else. A VM is powered off for what it says, so
 * nothing that it cannot see, and no interrupt, may pass for a fault; and it looks every few seconds for years, so it leaves nothing
 * behind.
 *
 * <p>To test a probe of your own, extend this class, and return a {@link ProbeTestbed} from {@link #newTestbed()}; it is made for each
 * test. What a probe throws counts as {@link ProbeResult.Unknown}, here as in the monitor.
 */
public abstract class ProbeContractTest {
    /** Enough to tell what each look leaves behind from what a program does once, or other threads do meanwhile. */
    private static final int LOOKS = 24;

    private static final int A_FEW = LOOKS / 2;
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");
    private static final Duration SO_FAR = Duration.ofSeconds(1);

    private ProbeTestbed testbed;
    private Probe probe;

    /** For the test of an implementation. */
    protected ProbeContractTest() {}

    /** Returns a testbed in the state that {@link ProbeTestbed} describes. */
    protected abstract ProbeTestbed newTestbed() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        testbed = newTestbed();
        probe = testbed.probe();
    }

    @AfterEach
    void end() throws Exception {
        testbed.close();
    }

    /** Looks on this thread, as the monitor judges it. An Error is none of a probe's answers. */
    private ProbeResult lookHere() {
        try {
            return probe.check();
        } catch (Exception couldNotLook) {
            return ProbeResult.unknown(String.valueOf(couldNotLook));
        }
    }

    /** Looks on a thread that has never looked before: a monitor has many, and takes whichever is free. */
    private ProbeResult look() throws Exception {
        return Call.begin(this::lookHere).end(testbed.patience());
    }

    private void lookOften() throws Exception {
        Call<Boolean> looks = Call.begin(() -> {
            for (int i = 0; i < LOOKS; i++) {
                ProbeResult unused = lookHere();
            }
            return true;
        });
        assertThat(looks.end(testbed.patience())).isTrue();
    }

    private Hang hang() throws Exception {
        Optional<Hang> hang = testbed.hang();
        assumeThat(hang).as("the testbed has what is looked at hang").isPresent();
        return hang.orElseThrow();
    }

    @Test
    void whatIsWellIsToldAsHealthy() throws Exception {
        assertThat(look()).isInstanceOf(ProbeResult.Healthy.class);
    }

    @Test
    void aFaultIsToldByItsKind() throws Exception {
        testbed.fail();

        assertThat(look())
                .isInstanceOfSatisfying(
                        ProbeResult.Failed.class,
                        failed -> assertThat(failed.kind()).isEqualTo(testbed.fault()));
    }

    @Test
    void aFaultSaysWhatWasSeen() throws Exception {
        testbed.fail();

        assertThat(look().detail()).isNotBlank();
    }

    @Test
    void aFaultIsToldByEachLookWhileItLasts() throws Exception {
        testbed.fail();
        for (int i = 0; i < 4; i++) {
            assertThat(look()).as("look %s", i).isInstanceOf(ProbeResult.Failed.class);
        }
    }

    @Test
    void aFaultThatBeginsAfterALookIsSeenByTheNext() throws Exception {
        ProbeResult unused = look();
        testbed.fail();

        assertThat(look()).isInstanceOf(ProbeResult.Failed.class);
    }

    @Test
    void aFaultThatIsOverIsToldNoMore() throws Exception {
        testbed.fail();
        ProbeResult unused = look();
        testbed.heal();

        assertThat(look()).isInstanceOf(ProbeResult.Healthy.class);
    }

    @Test
    void whatCannotBeSeenIsUnknown() throws Exception {
        assumeThat(testbed.blind())
                .as("the testbed has the probe unable to look")
                .isTrue();

        assertThat(look()).isInstanceOf(ProbeResult.Unknown.class);
    }

    @Test
    void anInterruptIsNoFault() throws Exception {
        assertThat(Call.beginInterrupted(this::lookHere).end(testbed.patience()))
                .as("a look at what is well, on a thread that is interrupted")
                .isInstanceOfAny(ProbeResult.Healthy.class, ProbeResult.Unknown.class);
    }

    @Test
    void aLookThatHangsEndsOnceItIsInterrupted() throws Exception {
        try (Hang hang = hang()) {
            assumeThat(hang.yieldsToInterrupts())
                    .as("what hangs can be interrupted")
                    .isTrue();
            Call<ProbeResult> look = Call.begin(this::lookHere);
            await().atMost(testbed.patience()).until(() -> hang.holdsACall() || look.isOver());
            look.interrupt();

            assertThat(look.end(testbed.patience())).isNotInstanceOf(ProbeResult.Healthy.class);
        }
    }

    @Test
    void aLookAfterOneThatHungIsAsGoodAsAny() throws Exception {
        try (Hang hang = hang()) {
            Call<ProbeResult> look = Call.begin(this::lookHere);
            await().atMost(testbed.patience()).until(() -> hang.holdsACall() || look.isOver());
            look.interrupt();
            hang.close();
            ProbeResult unused = look.end(testbed.patience());
        }

        assertThat(look()).isInstanceOf(ProbeResult.Healthy.class);
    }

    @Test
    void silenceIsExplainedWhileTheLookStillHangs() throws Exception {
        assumeThat(probe).as("a probe that explains silence").isInstanceOf(SilenceReader.class);
        try (Hang hang = hang()) {
            Call<ProbeResult> look = Call.begin(this::lookHere);
            await().atMost(testbed.patience()).until(() -> hang.holdsACall() || look.isOver());
            ProbeResult why =
                    Call.begin(() -> ((SilenceReader) probe).silence(SO_FAR)).end(testbed.patience());

            assertThat(why)
                    .as("what is said of a look that has not returned")
                    .isInstanceOfAny(ProbeResult.Failed.class, ProbeResult.Warning.class, ProbeResult.Unknown.class);
            // What it goes on with once it is let go must not meet the end of the test.
            look.interrupt();
            hang.close();
            ProbeResult unused = look.end(testbed.patience());
        }
    }

    @Test
    void looksLeaveNoThreadBehind() throws Exception {
        lookOften();
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        lookOften();

        await().atMost(testbed.patience())
                .untilAsserted(() -> assertThat(
                                Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread)))
                        .as("threads that are there since %s looks", LOOKS)
                        .hasSizeLessThan(A_FEW));
    }

    @Test
    void looksLeaveNoProgramRunning() throws Exception {
        Set<ProcessHandle> before =
                new HashSet<>(ProcessHandle.current().children().toList());
        lookOften();

        await().atMost(testbed.patience())
                .untilAsserted(
                        () -> assertThat(ProcessHandle.current().children().filter(child -> !before.contains(child)))
                                .as("programs that run since %s looks", LOOKS)
                                .hasSizeLessThan(A_FEW));
    }

    @Test
    void looksLeaveNoFileOpen() throws Exception {
        assumeThat(OPEN_FILES).as("the list of this process's files").isDirectory();
        lookOften();
        long before = openFiles();
        lookOften();

        await().atMost(testbed.patience())
                .untilAsserted(() -> assertThat(openFiles() - before)
                        .as("files that are open since %s looks", LOOKS)
                        .isLessThan(A_FEW));
    }

    private static long openFiles() throws Exception {
        try (Stream<Path> files = Files.list(OPEN_FILES)) {
            return files.count();
        }
    }
}
