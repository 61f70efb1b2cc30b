package io.vmha.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Runs a range of seeds on all cores, each seed on one thread, sums up what happened, and writes what broke as course files.
 *
 * <p>Thread-safe: the sums are guarded by this object's monitor.
 */
final class SeedRun {
    private static final int AT_ONCE = 50;
    private static final int SHOWN = 40;
    private static final String COMMAND = "mvn -q -pl ha-core test-compile exec:exec@simulate";

    private final LongFunction<SimulatedCourse> courses;
    private final Path folder;
    private final long first;
    private final long seeds;
    private final long started = System.nanoTime();
    private final AtomicLong next;
    private final FaultCounts counts = new FaultCounts();
    private final SortedMap<Long, Throwable> failed = new TreeMap<>();
    private long done;

    /**
     * Makes one.
     *
     * @param courses the course that each seed stands for
     * @param folder where courses are written that break an invariant
     */
    SeedRun(LongFunction<SimulatedCourse> courses, Path folder, long seeds, long first) {
        this.courses = courses;
        this.folder = folder;
        this.first = first;
        this.seeds = seeds;
        this.next = new AtomicLong(first);
    }

    /** Runs the seeds to the end, with a progress bar on the error stream. */
    void run(int threads) throws InterruptedException {
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("simulation")
                .setInitialMax(seeds)
                .setUnit(" seeds", 1)
                .showSpeed()
                .setUpdateIntervalMillis(500)
                .build()) {
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Thread worker = new Thread(() -> work(bar), "seeds-" + i);
                worker.setDaemon(true);
                worker.start();
                workers.add(worker);
            }
            for (Thread worker : workers) {
                worker.join();
            }
        }
    }

    private void work(ProgressBar bar) {
        long end = first + seeds;
        for (long from = next.getAndAdd(AT_ONCE); from < end; from = next.getAndAdd(AT_ONCE)) {
            FaultCounts some = new FaultCounts();
            Map<Long, Throwable> broken = new TreeMap<>();
            long to = Math.min(end, from + AT_ONCE);
            for (long seed = from; seed < to; seed++) {
                try {
                    some.addAll(Simulation.run(courses.apply(seed), Mutation.NONE));
                } catch (Error | RuntimeException thrown) {
                    broken.put(seed, thrown);
                    write(file(seed), courses.apply(seed));
                }
            }
            add(some, broken, to - from);
            bar.stepBy(to - from);
        }
    }

    private synchronized void add(FaultCounts some, Map<Long, Throwable> broken, long ran) {
        counts.addAll(some);
        failed.putAll(broken);
        // Hours may pass before the summary.
        broken.forEach((seed, why) -> System.out.printf("%nseed %d FAILED: %s%n", seed, why));
        done += ran;
    }

    synchronized boolean isSound() {
        return failed.isEmpty();
    }

    /** What happened so far. */
    synchronized String summary() {
        double seconds = (System.nanoTime() - started) / 1e9;
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "%n%,d of %,d seeds from %d in %s, %,.0f a second: %s%n",
                done,
                seeds,
                first,
                Duration.ofSeconds((long) seconds).toString().substring(2).toLowerCase(Locale.ROOT),
                done / seconds,
                failed.isEmpty() ? "no invariant broke" : failed.size() + " seeds FAILED"));
        append(text, "injected", counts.byKind());
        append(text, "came of it", counts.outcomes());
        failed.entrySet().stream()
                .limit(SHOWN)
                .forEach(seed -> text.append(String.format(
                        "seed %d: %s%n  replay with: %s -Dsimulate=\"replay %s\"%n",
                        seed.getKey(), seed.getValue(), COMMAND, file(seed.getKey()))));
        return text.toString();
    }

    private static void append(StringBuilder text, String title, Map<String, Long> sums) {
        text.append(title).append(String.format(":%n"));
        sums.forEach((kind, count) -> text.append(String.format("  %,14d  %s%n", count, kind)));
    }

    /** Shrinks the first course that broke an invariant. */
    Optional<Path> shrinkFirstFailing() {
        Optional<Long> broken;
        synchronized (this) {
            broken = failed.entrySet().stream()
                    .filter(seed -> seed.getValue() instanceof Violation)
                    .map(Map.Entry::getKey)
                    .findFirst();
        }
        return broken.map(seed -> write(file(seed), Shrinking.shrink(courses.apply(seed), Mutation.NONE)));
    }

    private Path file(long seed) {
        return folder.resolve("seed-" + seed + ".course").toAbsolutePath();
    }

    private static Path write(Path file, SimulatedCourse course) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, CourseFile.write(course));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
