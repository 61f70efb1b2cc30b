package io.vmha.sim;

import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Runs many seeds with a progress bar and a summary: {@code SimulationMain [SEEDS [FIRST]]}, or {@code SimulationMain
 * mutations} to list how many seeds each deliberate bug needs to be found. Exit status 1: an invariant broke.
 */
public final class SimulationMain {
    private SimulationMain() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] args) {
        if (Arrays.asList(args).contains("mutations")) {
            listMutations();
            return;
        }
        if (args.length == 2 && args[0].equals("replay")) {
            Simulation.run(
                    SimulatedCourse.of(Long.parseLong(args[1])), Mutation.NONE, what -> System.out.println(what.get()));
            return;
        }
        long seeds = args.length > 0 ? Long.parseLong(args[0]) : 10_000;
        long first = args.length > 1 ? Long.parseLong(args[1]) : 1;
        System.exit(run(seeds, first));
    }

    private static int run(long seeds, long first) {
        long started = System.nanoTime();
        FaultCounts counts = new FaultCounts();
        for (long i = 0; i < seeds; i++) {
            long seed = first + i;
            try {
                counts.addAll(Simulation.run(SimulatedCourse.of(seed), Mutation.NONE));
            } catch (Violation broken) {
                System.err.println("\nseed " + seed + ": " + Shrinking.describe(seed, broken));
                return 1;
            }
            if (i % Math.max(1, seeds / 200) == 0 || i == seeds - 1) {
                showProgress(i + 1, seeds, started);
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        System.out.printf("%n%,d seeds in %d s, no invariant broke. Injected:%n", seeds, took.toSeconds());
        counts.byKind().forEach((kind, count) -> System.out.printf("  %,12d  %s%n", count, kind));
        return 0;
    }

    private static void showProgress(long done, long seeds, long started) {
        int filled = (int) (40 * done / seeds);
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
                "\r[%s%s] %,d of %,d, %.0f a second",
                "#".repeat(filled), ".".repeat(40 - filled), done, seeds, done / seconds);
        System.out.flush();
    }

    private static void listMutations() {
        for (Mutation mutation : Mutation.values()) {
            if (mutation != Mutation.NONE) {
                OptionalLong seeds = seedsNeeded(mutation, 100_000);
                System.out.printf(
                        "%-26s %s%n",
                        mutation, seeds.isPresent() ? "found with seed " + seeds.getAsLong() : "not found");
            }
        }
    }

    /** The first seed, counting from 1, that finds a deliberate bug. */
    static OptionalLong seedsNeeded(Mutation mutation, long most) {
        for (long seed = 1; seed <= most; seed++) {
            try {
                Simulation.run(SimulatedCourse.of(seed), mutation);
            } catch (Violation found) {
                return OptionalLong.of(seed);
            }
        }
        return OptionalLong.empty();
    }
}
