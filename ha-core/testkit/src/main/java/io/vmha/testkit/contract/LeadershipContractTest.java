package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmha.center.leader.Leadership;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every leadership must do, whoever wrote it: let one candidate lead at a time, each term in a higher epoch than all before it, tell a
 * leader in time that its term is over, never give a term back, and answer at once whatever has failed.
 *
 * <p>To test a leadership of your own, extend this class, and return a {@link LeadershipTestbed} from {@link #newTestbed()}; it is made
 * anew for each test. A leader may lose its term at any moment, as on a machine that is too busy to renew it: no test minds.
 */
public abstract class LeadershipContractTest {
    private static final int A_WHILE = 60;
    private static final int MANY = 500;
    private static final int TRIES = 3;
    private static final int FEW = 5;
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private final List<AutoCloseable> cuts = new ArrayList<>();
    private LeadershipTestbed testbed;
    private Terms terms;

    /** For the test of an implementation. */
    protected LeadershipContractTest() {}

    /** Returns a testbed in the state that {@link LeadershipTestbed} describes. */
    protected abstract LeadershipTestbed newTestbed();

    @BeforeEach
    void begin() {
        testbed = newTestbed();
        terms = new Terms(testbed.candidates());
    }

    @AfterEach
    void end() throws Exception {
        connectAll();
        testbed.close();
    }

    private void connectAll() throws Exception {
        for (AutoCloseable cut : cuts) {
            cut.close();
        }
        cuts.clear();
    }

    private int count() {
        return testbed.candidates().size();
    }

    private void assumeRivals() {
        assumeThat(count()).as("candidates").isGreaterThan(1);
    }

    private void cutOff(int candidate) {
        Optional<AutoCloseable> cut = testbed.cutOff(candidate);
        assumeThat(cut).as("the testbed cuts a candidate off").isPresent();
        cuts.add(cut.orElseThrow());
    }

    private void await(String what, BooleanSupplier condition) {
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("waiting until %s", what)
                    .isLessThan(testbed.patience());
            testbed.pass();
        }
    }

    private int awaitLeader() {
        await("somebody leads", () -> terms.look().isPresent());
        return terms.look().orElseGet(this::awaitLeader);
    }

    private void awaitAnotherThan(int candidate) {
        await("another leads than candidate " + candidate, () -> terms.look().orElse(candidate) != candidate);
    }

    private void awaitEnd(int candidate) {
        await("candidate " + candidate + " knows that it leads no more", () -> {
            terms.look();
            return terms.ask(candidate).isEmpty();
        });
    }

    private void lookForAWhile() {
        for (int i = 0; i < A_WHILE; i++) {
            terms.look();
            testbed.pass();
        }
    }

    /** Has all others leave, so that one candidate has nobody to be superseded by, and leads. */
    private int awaitLeaderWithoutRivals() {
        int alone = awaitLeader();
        IntStream.range(0, count()).filter(other -> other != alone).forEach(testbed::leave);
        await("candidate " + alone + " leads", () -> terms.ask(alone).isPresent());
        return alone;
    }

    @Test
    void oneLeadsInAnEpochThatIsNotNegative() {
        int leader = awaitLeader();
        lookForAWhile();

        assertThat(leader).isBetween(0, count() - 1);
        assertThat(terms.latest()).isNotNegative();
    }

    @Test
    void theEpochIsTheSameHoweverOftenItIsAskedFor() {
        int leader = awaitLeader();
        Set<Long> epochs = new TreeSet<>();
        for (int i = 0; i < MANY; i++) {
            terms.ask(leader).ifPresent(epochs::add);
        }

        assertThat(epochs).as("epochs of what can only be one term or two").hasSizeLessThan(FEW);
    }

    @Test
    void whoLeavesLeadsNoMoreAndAnotherLeadsInAHigherEpoch() {
        assumeRivals();
        int leader = awaitLeader();
        long before = terms.latest();
        testbed.leave(leader);
        assertThat(terms.ask(leader)).as("the epoch of one that has left").isEmpty();
        awaitAnotherThan(leader);

        assertThat(terms.latest()).isGreaterThan(before);
        testbed.stand(leader);
        lookForAWhile();
    }

    @Test
    void aLeaderThatIsCutOffKnowsInTimeThoughNobodyElseLeads() {
        assumeRivals();
        int leader = awaitLeaderWithoutRivals();
        cutOff(leader);

        awaitEnd(leader);
        lookForAWhile();
        assertThat(terms.look())
                .as("who leads while the only candidate is cut off")
                .isEmpty();
    }

    @Test
    void anotherLeadsOnceTheLeaderIsCutOffAndNeverBesideIt() {
        assumeRivals();
        int leader = awaitLeader();
        long before = terms.latest();
        cutOff(leader);
        awaitAnotherThan(leader);
        lookForAWhile();

        assertThat(terms.latest()).isGreaterThan(before);
    }

    @Test
    void whereAllAreCutOffNobodyLeads() {
        assumeRivals();
        awaitLeader();
        IntStream.range(0, count()).forEach(this::cutOff);
        await("nobody leads", () -> terms.look().isEmpty());
        lookForAWhile();

        assertThat(terms.look()).isEmpty();
    }

    @Test
    void aTermThatIsOverDoesNotComeBack() throws Exception {
        assumeRivals();
        int leader = awaitLeaderWithoutRivals();
        long before = terms.latest();
        cutOff(leader);
        awaitEnd(leader);
        connectAll();
        await("it leads again", () -> terms.ask(leader).isPresent());

        assertThat(terms.latest()).as("the epoch of its next term").isGreaterThan(before);
    }

    @Test
    void anAnswerWaitsForNothingThatIsCutOff() {
        int leader = awaitLeader();
        for (int candidate = 0; candidate < count(); candidate++) {
            testbed.cutOff(candidate).ifPresent(cuts::add);
        }
        Duration shortest = Duration.ofDays(1);
        for (int i = 0; i < TRIES && shortest.compareTo(AT_ONCE) >= 0; i++) {
            long begun = System.nanoTime();
            OptionalLong unused = terms.ask(leader);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            shortest = took.compareTo(shortest) < 0 ? took : shortest;
        }

        assertThat(shortest).as("the quickest of %s answers", TRIES).isLessThan(AT_ONCE);
    }

    @Test
    void manyThreadsMayAskAtOnce() throws Exception {
        Leadership leadership = testbed.candidates().get(awaitLeader());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<List<Long>> asking = () -> IntStream.range(0, MANY)
                    .mapToObj(i -> leadership.epoch())
                    .flatMap(answer -> answer.stream().boxed())
                    .toList();
            List<Future<List<Long>>> asked = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                asked.add(threads.submit(asking));
            }
            for (Future<List<Long>> one : asked) {
                assertThat(one.get(testbed.patience().toSeconds(), TimeUnit.SECONDS))
                        .as("what one thread was told")
                        .isSorted();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aThreadThatIsInterruptedIsAnsweredAndStaysInterrupted() {
        int leader = awaitLeader();
        Thread.currentThread().interrupt();
        try {
            OptionalLong unused = terms.ask(leader);
            assertThat(Thread.currentThread().isInterrupted())
                    .as("whether the thread is still interrupted")
                    .isTrue();
        } finally {
            boolean unused = Thread.interrupted();
        }
    }
}
