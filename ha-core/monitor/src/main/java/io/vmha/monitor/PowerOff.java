package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.internal.DaemonThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches this machine off, step by step: each is given a time to take effect, and a step that fails or hangs does not stop the
 * next. Thread-safe.
 *
 * <p>Made before it is needed: threads are started, classes loaded, programs read and trigger files open.
 */
public final class PowerOff implements Isolation, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PowerOff.class);
    private static final Path SYSRQ = Path.of("/proc/sysrq-trigger");

    private final List<PowerOffStep> steps;
    private final Duration grace;
    private final ThreadPoolExecutor threads;
    /** The last run of each step. Guarded by itself. */
    private final List<CompletableFuture<Void>> lastRuns;

    /**
     * Makes a power-off of the given steps.
     *
     * @param steps in the order in which they are tried, one at least
     * @param grace how long each is given until the machine is off, more than 0
     * @throws IllegalArgumentException if there is no step, or the grace is not more than 0
     */
    public PowerOff(List<? extends PowerOffStep> steps, Duration grace) {
        checkArgument(!steps.isEmpty(), "a power-off needs a step");
        checkArgument(!grace.isNegative() && !grace.isZero(), "grace must be more than 0: %s", grace);
        this.steps = List.copyOf(steps);
        this.grace = grace;
        this.lastRuns = new ArrayList<>(Collections.nCopies(steps.size(), CompletableFuture.completedFuture(null)));
        this.threads = new ThreadPoolExecutor(
                steps.size(),
                steps.size(),
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                DaemonThreads.named("vmha-power-off-%d"));
        this.threads.prestartAllCoreThreads();
    }

    /**
     * Prepares {@code systemctl poweroff}, then {@code poweroff -f}, then the kernel's sysrq trigger.
     *
     * @param grace how long each is given until the machine is off, more than 0
     * @throws IOException if the trigger cannot be opened, as by others than root
     * @throws IllegalArgumentException if the grace is not more than 0
     */
    public static PowerOff standard(Duration grace) throws IOException {
        return new PowerOff(
                List.of(
                        new CommandStep("systemctl", "poweroff", "--no-block"),
                        new CommandStep("poweroff", "-f"),
                        new SysrqStep(SYSRQ)),
                grace);
    }

    /** Tries step after step; returns never, if one works. */
    @Override
    public void isolate(FoundFault fault) throws InterruptedException {
        List<String> failures = new ArrayList<>();
        for (int at = 0; at < steps.size(); at++) {
            failures.add(steps.get(at).describe() + ": " + failureOf(at));
        }
        throw new IllegalStateException("the machine still runs: " + String.join("; ", failures));
    }

    private String failureOf(int at) throws InterruptedException {
        LOG.warn("powering off: {}", steps.get(at).describe());
        CompletableFuture<Void> run = begin(at);
        long start = System.nanoTime();
        try {
            run.get(grace.toNanos(), TimeUnit.NANOSECONDS);
            TimeUnit.NANOSECONDS.sleep(Math.max(0, grace.toNanos() - (System.nanoTime() - start)));
            return "without effect in " + grace.toMillis() + " ms";
        } catch (TimeoutException hangs) {
            return "not done in " + grace.toMillis() + " ms";
        } catch (ExecutionException failed) {
            return String.valueOf(failed.getCause());
        }
    }

    /** A step that hangs since an earlier try is waited for and not begun again: it would take the thread of one that works. */
    private CompletableFuture<Void> begin(int at) {
        synchronized (lastRuns) {
            if (lastRuns.get(at).isDone()) {
                CompletableFuture<Void> run = new CompletableFuture<>();
                threads.execute(() -> run(steps.get(at), run));
                lastRuns.set(at, run);
            }
            return lastRuns.get(at);
        }
    }

    @SuppressWarnings("CatchingUnchecked")
    private static void run(PowerOffStep step, CompletableFuture<Void> end) {
        try {
            step.powerOff();
            end.complete(null);
        } catch (Exception | Error failed) {
            end.completeExceptionally(failed);
        }
    }

    @Override
    public String describe() {
        return steps.stream().map(PowerOffStep::describe).collect(Collectors.joining(", then "));
    }

    /** Ends its threads, if the machine is not to be powered off after all. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
