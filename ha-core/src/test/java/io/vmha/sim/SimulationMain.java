package io.vmha.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * Runs simulations: {@code run SEEDS FIRST} runs that many seeds from the first one on with a progress bar and a summary,
 * which an interrupt prints too; {@code vary SEEDS FIRST} does the same with courses near those that are kept; {@code replay
 * SEED-OR-FILE} tells what happens in one; {@code shrink
 * SEED-OR-FILE} prints it without what it does not need to fail; {@code mutations} lists how many seeds each
 * deliberate bug needs to be found. Exit status 1: an invariant broke, 2: the arguments are wrong.
 */
public final class SimulationMain {
    private static final Path COURSES = Path.of("target", "simulation");

    /** What seeds find too seldom. */
    private static final Set<Mutation> BY_KEPT_COURSE = EnumSet.of(
            Mutation.LAG_IGNORED, Mutation.LAG_UNKNOWN_AS_ZERO, Mutation.REJOIN_SKIPPED, Mutation.RELIEF_IGNORED);

    private SimulationMain() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length == 3 && args[0].equals("run")) {
            System.exit(run(SimulatedCourse::of, Long.parseLong(args[1]), Long.parseLong(args[2])));
        } else if (args.length == 3 && args[0].equals("vary")) {
            System.exit(run(new VariedCourses(KeptCourses.all()), Long.parseLong(args[1]), Long.parseLong(args[2])));
        } else if (args.length == 2 && args[0].equals("replay")) {
            System.exit(replay(course(args[1])));
        } else if (args.length == 2 && args[0].equals("shrink")) {
            System.out.print(CourseFile.write(Shrinking.shrink(course(args[1]), Mutation.NONE)));
        } else if (args.length == 1 && args[0].equals("mutations")) {
            listMutations();
        } else {
            System.err.println(
                    "expected: run SEEDS FIRST | vary SEEDS FIRST | replay SEED-OR-FILE | shrink SEED-OR-FILE | mutations");
            System.exit(2);
        }
    }

    /** The course of a seed, or that of a file. */
    private static SimulatedCourse course(String seedOrFile) {
        if (!Files.exists(Path.of(seedOrFile))) {
            return SimulatedCourse.of(Long.parseLong(seedOrFile));
        }
        try {
            return CourseFile.read(Files.readString(Path.of(seedOrFile)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int run(LongFunction<SimulatedCourse> courses, long seeds, long first) throws InterruptedException {
        SeedRun run = new SeedRun(courses, COURSES, seeds, first);
        Thread summary = new Thread(() -> System.out.println(run.summary()), "summary");
        Runtime.getRuntime().addShutdownHook(summary);
        run.run(Runtime.getRuntime().availableProcessors());
        run.shrinkFirstFailing().ifPresent(file -> System.out.println("the first failing course, shrunk: " + file));
        return run.isSound() ? 0 : 1;
    }

    private static int replay(SimulatedCourse course) {
        System.out.print(CourseFile.write(course));
        try {
            Simulation.run(course, Mutation.NONE, what -> System.out.println(what.get()));
            System.out.println("no invariant broke");
            return 0;
        } catch (Violation broken) {
            System.out.println(broken);
            return 1;
        }
    }

    private static void listMutations() {
        for (Mutation mutation : Mutation.values()) {
            if (BY_KEPT_COURSE.contains(mutation)) {
                System.out.printf("%-26s found with a course that was kept%n", mutation);
            } else if (mutation != Mutation.NONE) {
                OptionalLong seeds = seedsNeeded(mutation, 20_000);
                System.out.printf(
                        "%-26s %s%n",
                        mutation, seeds.isPresent() ? "found with seed " + seeds.getAsLong() : "not found");
            }
        }
    }

    /** The first seed, counting from 1, that finds a deliberate bug, and nothing without it. */
    static OptionalLong seedsNeeded(Mutation mutation, long most) {
        for (long seed = 1; seed <= most; seed++) {
            SimulatedCourse course = SimulatedCourse.of(seed);
            boolean isFound = Shrinking.violation(course, mutation).isPresent();
            if (isFound && Shrinking.violation(course, Mutation.NONE).isEmpty()) {
                return OptionalLong.of(seed);
            }
        }
        return OptionalLong.empty();
    }
}
