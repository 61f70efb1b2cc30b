package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmha.center.schedule.CenterScheduler;
import io.vmha.center.schedule.CenterScheduler.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every scheduler of a management center must do, whoever wrote it: run each task once, one at a time and in order, none before its
 * time and none that was cancelled, make calls off the loop and end them on it, and run nothing more once it is closed.
 *
 * <p>To test a scheduler of your own, extend this class, and return a {@link SchedulerTestbed} from {@link #newTestbed()}; it is made
 * anew for each test.
 */
public abstract class CenterSchedulerContractTest {
    private static final Duration TICK = Duration.ofMillis(5);
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration LATER = Duration.ofMillis(60);
    private static final Duration RETURNING = Duration.ofSeconds(5);
    private static final Duration IN_A_WHILE = Duration.ofMillis(300);

    /** What a task throws on purpose. */
    private static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Broken() {
            super("broken on purpose");
        }
    }

    /** The same as an error. */
    private static final class BrokenBadly extends Error {
        private static final long serialVersionUID = 1L;

        BrokenBadly() {
            super("broken badly on purpose");
        }
    }

    private final List<String> log = new CopyOnWriteArrayList<>();
    private SchedulerTestbed testbed;
    private CenterScheduler scheduler;

    /** For the test of an implementation. */
    protected CenterSchedulerContractTest() {}

    /** Returns a testbed in the state that {@link SchedulerTestbed} describes. */
    protected abstract SchedulerTestbed newTestbed();

    @BeforeEach
    void begin() {
        testbed = newTestbed();
        scheduler = testbed.scheduler();
    }

    @AfterEach
    void end() {
        scheduler.close();
        testbed.close();
    }

    private void pass(Duration length) {
        try {
            testbed.pass(length);
        } catch (Broken | BrokenBadly ofATask) {
            log.add("told: " + ofATask.getMessage());
        }
    }

    private void await(String what, BooleanSupplier condition) {
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("waiting until %s; so far: %s", what, log)
                    .isLessThan(testbed.patience());
            pass(TICK);
        }
    }

    private void awaitLogged(String entry) {
        await("\"" + entry + "\" has run", () -> log.contains(entry));
    }

    /** Lets all run that was handed over before, and a little more time pass. */
    private void awaitIdle() {
        scheduler.execute(() -> scheduler.schedule(LATER, () -> log.add("idle")));
        awaitLogged("idle");
        log.remove("idle");
    }

    @Test
    void tasksRunOnceEachInTheOrderInWhichTheyWereHandedOver() {
        List<String> names = IntStream.range(0, 200).mapToObj(i -> "task " + i).toList();
        names.forEach(name -> scheduler.execute(() -> log.add(name)));
        awaitIdle();

        assertThat(log).containsExactlyElementsOf(names);
    }

    @Test
    void aTaskThatIsHandedOverOnTheLoopRunsAfterTheOneThatDoesIt() {
        scheduler.execute(() -> {
            scheduler.execute(() -> log.add("handed over"));
            Cancellable unused = scheduler.schedule(Duration.ZERO, () -> log.add("scheduled"));
            log.add("hands over");
        });
        awaitIdle();

        assertThat(log).containsExactly("hands over", "handed over", "scheduled");
    }

    @Test
    void tasksOfManyThreadsRunOneAtATimeAndEachThreadsInOrder() throws Exception {
        assumeThat(testbed.isConfined()).as("confined to one thread").isFalse();
        AtomicInteger running = new AtomicInteger();
        Map<Integer, List<Integer>> ran = new ConcurrentHashMap<>();
        List<Future<?>> handingOver = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int thread = 0; thread < 4; thread++) {
                int mine = thread;
                ran.put(mine, new CopyOnWriteArrayList<>());
                handingOver.add(threads.submit(() -> IntStream.range(0, 50)
                        .forEach(i -> scheduler.execute(() -> {
                            if (running.incrementAndGet() > 1) {
                                log.add("two at once");
                            }
                            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
                            ran.get(mine).add(i);
                            running.decrementAndGet();
                        }))));
            }
            for (Future<?> one : handingOver) {
                one.get(testbed.patience().toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        awaitIdle();

        assertThat(log).isEmpty();
        assertThat(ran.values())
                .allSatisfy(ofAThread -> assertThat(ofAThread)
                        .containsExactlyElementsOf(
                                IntStream.range(0, 50).boxed().toList()));
    }

    @Test
    void aTaskRunsOnceWhenItsDelayIsOverAndNotBefore() {
        Map<Duration, Duration> early = new ConcurrentHashMap<>();
        for (Duration delay : List.of(Duration.ZERO, TICK, SOON, SOON.plusNanos(1))) {
            for (boolean isBackground : new boolean[] {false, true}) {
                Duration from = scheduler.uptime();
                Runnable task = () -> {
                    log.add("after " + delay);
                    Duration waited = scheduler.uptime().minus(from);
                    if (waited.compareTo(delay) < 0) {
                        early.put(delay, waited);
                    }
                };
                Cancellable unused =
                        isBackground ? scheduler.scheduleBackground(delay, task) : scheduler.schedule(delay, task);
            }
        }
        await("all have run", () -> log.size() >= 8);
        awaitIdle();

        assertThat(early).as("delays, and after how long their tasks ran").isEmpty();
        assertThat(log).hasSize(8);
    }

    @Test
    void tasksRunInTheOrderInWhichTheyFallDue() {
        Duration took;
        do {
            log.clear();
            Duration from = scheduler.uptime();
            Cancellable third = scheduler.schedule(LATER, () -> log.add("third"));
            Cancellable first = scheduler.schedule(SOON, () -> log.add("first"));
            Cancellable second = scheduler.scheduleBackground(SOON, () -> log.add("second"));
            assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
            took = scheduler.uptime().minus(from);
            await("all have run", () -> log.size() >= 3);
            // Where this thread was held up in between, they fall due in another order.
        } while (took.compareTo(LATER.minus(SOON)) >= 0);

        assertThat(log).containsExactly("first", "second", "third");
    }

    @Test
    void aTaskThatIsCancelledDoesNotRunAndOthersDo() {
        // On the loop, so that none of them can have run before it is cancelled.
        scheduler.execute(() -> {
            Cancellable one = scheduler.schedule(SOON, () -> log.add("cancelled"));
            Cancellable unused = scheduler.schedule(SOON, () -> log.add("left alone"));
            Cancellable other = scheduler.scheduleBackground(SOON, () -> log.add("cancelled"));
            Cancellable atOnce = scheduler.schedule(Duration.ZERO, () -> log.add("cancelled"));
            one.cancel();
            one.cancel();
            other.cancel();
            atOnce.cancel();
        });
        awaitLogged("left alone");
        awaitIdle();

        assertThat(log).containsExactly("left alone");
    }

    @Test
    void cancellingATaskThatRanChangesNothing() {
        Cancellable ran = scheduler.schedule(Duration.ZERO, () -> log.add("ran"));
        awaitLogged("ran");
        ran.cancel();
        // On the loop, so that the next one cannot have run before.
        scheduler.execute(() -> {
            Cancellable unused = scheduler.schedule(TICK, () -> log.add("next"));
            ran.cancel();
        });
        awaitLogged("next");
        awaitIdle();

        assertThat(log).containsExactly("ran", "next");
    }

    @Test
    void whatATaskThrowsKeepsNoOtherFromRunning() {
        scheduler.execute(() -> {
            throw new Broken();
        });
        scheduler.execute(() -> log.add("after an exception"));
        scheduler.execute(() -> {
            throw new BrokenBadly();
        });
        scheduler.execute(() -> log.add("after an error"));
        Cancellable unused = scheduler.schedule(TICK, () -> {
            throw new Broken();
        });
        awaitLogged("after an exception");
        awaitLogged("after an error");
        awaitIdle();
    }

    @Test
    void whatACallThrewIsToldOnce() {
        RuntimeException exception = new Broken();
        Error error = new BrokenBadly();
        List<Optional<Throwable>> told = new CopyOnWriteArrayList<>();
        scheduler.call(() -> log.add("returns"), told::add);
        await("the call has ended", () -> told.size() == 1);
        scheduler.call(
                () -> {
                    throw exception;
                },
                told::add);
        await("the call that throws an exception has ended", () -> told.size() == 2);
        scheduler.call(
                () -> {
                    throw error;
                },
                told::add);
        await("the call that throws an error has ended", () -> told.size() == 3);
        awaitIdle();

        assertThat(told).containsExactly(Optional.empty(), Optional.of(exception), Optional.of(error));
        assertThat(log).containsExactly("returns");
    }

    @Test
    void aCallDoesNotEndWithinTheTaskThatMakesIt() {
        AtomicBoolean hasReturned = new AtomicBoolean();
        scheduler.execute(() -> {
            scheduler.call(() -> hasReturned.set(true), thrown -> log.add("has ended"));
            // It returns meanwhile, where there is another thread for it.
            long begun = System.nanoTime();
            while (!hasReturned.get() && !testbed.isConfined() && System.nanoTime() - begun < RETURNING.toNanos()) {
                LockSupport.parkNanos(TICK.toNanos());
            }
            LockSupport.parkNanos(LATER.toNanos());
            log.add("has been made");
        });
        awaitLogged("has ended");

        assertThat(log).containsExactly("has been made", "has ended");
    }

    @Test
    void aCallThatHangsHoldsUpNeitherTheLoopNorOtherCalls() {
        assumeThat(testbed.isConfined()).as("confined to one thread").isFalse();
        CountDownLatch letGo = new CountDownLatch(1);
        try {
            scheduler.call(() -> awaitIgnoringInterrupts(letGo), thrown -> log.add("hanging call"));
            scheduler.execute(() -> log.add("task"));
            scheduler.call(() -> {}, thrown -> log.add("other call"));
            awaitLogged("task");
            awaitLogged("other call");

            assertThat(log).doesNotContain("hanging call");
        } finally {
            letGo.countDown();
        }
        awaitLogged("hanging call");
    }

    private static void awaitIgnoringInterrupts(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            LockSupport.parkNanos(TICK.toNanos());
        }
    }

    @Test
    void whatHadNotRunWhenItWasClosedNeverRuns() {
        AtomicBoolean isClosed = new AtomicBoolean();
        Runnable task = () -> {
            if (isClosed.get()) {
                log.add("ran after it was closed");
            }
        };
        Cancellable unused = scheduler.schedule(IN_A_WHILE, task);
        Cancellable unusedToo = scheduler.scheduleBackground(IN_A_WHILE, task);
        scheduler.close();
        isClosed.set(true);
        scheduler.close();
        pass(IN_A_WHILE.multipliedBy(2));

        assertThat(log).isEmpty();
    }

    @Test
    void whatIsHandedOverOnceItIsClosedIsRefusedOrDropped() {
        assumeThat(testbed.isTakenOver()).as("taken over by the next center").isFalse();
        scheduler.close();
        List<Throwable> thrown = new ArrayList<>();
        thrown.add(catchThrowable(() -> scheduler.execute(() -> log.add("a task"))));
        thrown.add(catchThrowable(() -> scheduler.schedule(TICK, () -> log.add("a scheduled task"))));
        thrown.add(catchThrowable(() -> scheduler.call(() -> {}, outcome -> log.add("a call's end"))));
        pass(LATER);

        assertThat(log).isEmpty();
        assertThat(thrown)
                .allSatisfy(one -> assertThat(Optional.ofNullable(one)
                                .filter(other -> !(other instanceof RejectedExecutionException)))
                        .isEmpty());
    }

    @Test
    void itTellsATimeThatDoesNotGoBackwardsUnlessItIsSet() {
        Duration went;
        int looks = 0;
        do {
            Instant first = scheduler.now();
            assertThat(first).isNotNull();
            pass(SOON);
            went = Duration.between(first, scheduler.now());
            // The machine's own clock may be set in between, but not every time.
        } while (went.isNegative() && ++looks < 5);

        assertThat(went).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    @Test
    void theUptimeGrowsWithTimeAndIsNotSetWithTheClock() {
        Duration first = scheduler.uptime();
        assertThat(first).isGreaterThanOrEqualTo(Duration.ZERO);
        pass(SOON);
        Duration second = scheduler.uptime();
        assertThat(second).isGreaterThanOrEqualTo(first.plus(SOON));

        if (testbed.setClock(Duration.ofHours(-2))) {
            assertThat(scheduler.uptime()).isBetween(second, second.plus(Duration.ofHours(1)));
            assertThat(testbed.setClock(Duration.ofHours(4))).isTrue();
            assertThat(scheduler.uptime()).isBetween(second, second.plus(Duration.ofHours(1)));
        }
    }

    @Test
    void aDelayIsNotChangedByTheClockThatIsSetMeanwhile() {
        Cancellable unused = scheduler.schedule(Duration.ofHours(1), () -> log.add("an hour early"));
        Cancellable unusedToo = scheduler.schedule(IN_A_WHILE, () -> log.add("in time"));
        assumeThat(testbed.setClock(Duration.ofHours(-4)))
                .as("its clock can be set")
                .isTrue();
        awaitLogged("in time");
        assertThat(testbed.setClock(Duration.ofHours(8))).isTrue();
        pass(LATER);

        assertThat(log).containsExactly("in time");
    }
}
