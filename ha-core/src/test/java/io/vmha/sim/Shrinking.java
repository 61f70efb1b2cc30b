package io.vmha.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Leaves out of a failing course what it does not need to fail. Stateless. */
final class Shrinking {
    private Shrinking() {}

    static String describe(SimulatedCourse course, Violation broken) {
        return broken.getMessage() + "\nshrunk to this course:\n" + CourseFile.write(shrink(course, Mutation.NONE));
    }

    /** Drops one event after the other for as long as the course still breaks the same invariant. */
    static SimulatedCourse shrink(SimulatedCourse failing, Mutation mutation) {
        Optional<Integer> broken = violation(failing, mutation).map(Violation::invariant);
        SimulatedCourse smallest = failing;
        for (SimulatedCourse calmer : calmer(smallest)) {
            if (violation(calmer, mutation).map(Violation::invariant).equals(broken)) {
                smallest = calmer;
            }
        }
        int i = 0;
        while (i < smallest.events().size()) {
            List<CourseEvent> fewer = new ArrayList<>(smallest.events());
            fewer.remove(i);
            SimulatedCourse candidate = smallest.with(fewer);
            if (violation(candidate, mutation).map(Violation::invariant).equals(broken)) {
                smallest = candidate;
                i = 0;
            } else {
                i++;
            }
        }
        return smallest;
    }

    /** The same without calls that fail. */
    private static List<SimulatedCourse> calmer(SimulatedCourse course) {
        return List.of(new SimulatedCourse(
                course.seed(),
                course.inventory(),
                course.config(),
                course.failover(),
                0,
                false,
                course.isDurable(),
                course.isAsynchronous(),
                course.lacks(),
                course.resync(),
                course.events()));
    }

    static Optional<Violation> violation(SimulatedCourse course, Mutation mutation) {
        try {
            Simulation.run(course, mutation);
            return Optional.empty();
        } catch (Violation found) {
            return Optional.of(found);
        } catch (RuntimeException thrown) {
            return Optional.of(new Violation(0, "thrown on a center's loop: " + thrown));
        }
    }
}
