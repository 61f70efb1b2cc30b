package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.FaultSource;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every fault source must do, whoever wrote it: tell each watching of what fails and of nothing else, end a watching where it is
 * closed and no other one, and number its reports upwards, so that none is taken for an old one.
 *
 * <p>To test a source of your own, extend this class, and return a {@link FaultSourceTestbed} from {@link #newTestbed()}; it is made
 * anew for each test.
 */
public abstract class FaultSourceContractTest {

    /** A watching and what it was told. */
    private static final class Heard implements Consumer<FaultReport>, AutoCloseable {
        private final List<FaultReport> reports = new CopyOnWriteArrayList<>();
        private final FaultSource.Watching watching;

        private Heard(FaultSource source) {
            this.watching = source.watch(this);
        }

        @Override
        public void accept(FaultReport report) {
            reports.add(report);
        }

        private Optional<FaultReport> of(FaultSubject subject) {
            return reports.stream()
                    .filter(report -> report.subject().equals(subject))
                    .findFirst();
        }

        @Override
        public void close() {
            watching.close();
        }
    }

    private final List<Heard> begun = new ArrayList<>();
    private FaultSourceTestbed testbed;

    /** For the test of an implementation. */
    protected FaultSourceContractTest() {}

    /** Returns a testbed in the state that {@link FaultSourceTestbed} describes. */
    protected abstract FaultSourceTestbed newTestbed();

    @BeforeEach
    void begin() {
        testbed = newTestbed();
    }

    @AfterEach
    void end() {
        begun.forEach(Heard::close);
        testbed.close();
    }

    private Heard watch() {
        Heard heard = new Heard(testbed.source());
        begun.add(heard);
        testbed.awaitWatching();
        return heard;
    }

    private FaultReport awaitTold(Heard watching, FaultSubject subject) {
        await().alias("the report of " + subject)
                .atMost(testbed.patience())
                .until(() -> watching.of(subject).isPresent());
        return watching.of(subject).orElseThrow();
    }

    @Test
    void whatFailsIsTold() {
        Heard watching = watch();
        FaultSubject failed = testbed.fail();

        assertThat(awaitTold(watching, failed).kind().scope()).isEqualTo(failed.scope());
    }

    @Test
    void nothingIsToldOfWhatIsWell() {
        Heard watching = watch();
        FaultSubject first = testbed.fail();
        awaitTold(watching, first);
        FaultSubject second = testbed.fail();
        awaitTold(watching, second);

        assertThat(watching.reports).extracting(FaultReport::subject).containsOnly(first, second);
    }

    @Test
    void eachWatchingIsTold() {
        Heard one = watch();
        Heard other = watch();
        FaultSubject failed = testbed.fail();

        awaitTold(one, failed);
        awaitTold(other, failed);
    }

    @Test
    void aWatchingThatIsClosedIsToldNothingMore() {
        Heard closed = watch();
        Heard other = watch();
        closed.close();
        List<FaultReport> before = List.copyOf(closed.reports);
        FaultSubject failed = testbed.fail();
        awaitTold(other, failed);

        assertThat(closed.reports).isEqualTo(before);
    }

    @Test
    void closingAWatchingAgainAndAgainLeavesTheOthersAlone() {
        Heard closed = watch();
        Heard other = watch();
        closed.close();
        closed.close();
        FaultSubject failed = testbed.fail();

        awaitTold(other, failed);
    }

    @Test
    void reportsAreNumberedUpwards() {
        Heard watching = watch();
        FaultReport first = awaitTold(watching, testbed.fail());
        FaultReport second = awaitTold(watching, testbed.fail());

        assertThat(second.sequence()).isGreaterThan(first.sequence());
    }

    @Test
    void aWatchingThatBeginsLaterNumbersOnFromTheOneBefore() {
        Heard before = watch();
        FaultReport first = awaitTold(before, testbed.fail());
        before.close();
        Heard after = watch();
        FaultReport second = awaitTold(after, testbed.fail());

        assertThat(second.sequence()).isGreaterThan(first.sequence());
    }

    @Test
    void aReportIsNotFromTheFuture() {
        Heard watching = watch();
        FaultReport told = awaitTold(watching, testbed.fail());

        assertThat(told.observedAt()).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void whatIsClosedRefusesToWatch() {
        Optional<Runnable> closes = testbed.closesAdapter();
        assumeThat(closes).as("the testbed closes the adapter").isPresent();
        closes.orElseThrow().run();

        assertThatIllegalStateException()
                .as("watching through an adapter that is closed")
                .isThrownBy(() -> begun.add(new Heard(testbed.source())));
    }
}
