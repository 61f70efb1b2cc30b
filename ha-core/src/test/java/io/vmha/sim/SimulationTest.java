package io.vmha.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SimulationTest {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_000);
    private static final int VARIATIONS = Integer.getInteger("simulation.variations", 1_000);

    @Test
    void noSeedBreaksAnInvariant() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            requireSound("seed " + seed, SimulatedCourse.of(seed));
        }
    }

    private static void requireSound(String name, SimulatedCourse course) {
        try {
            Simulation.run(course, Mutation.NONE);
        } catch (Violation broken) {
            throw new AssertionError(name + ": " + Shrinking.describe(course, broken), broken);
        }
    }

    /** What once went wrong, as it was then: a course does not change with what is drawn for a seed. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("io.vmha.sim.KeptCourses#names")
    void whatOnceWentWrongGoesRight(String name) {
        assertThatNoException().isThrownBy(() -> Simulation.run(KeptCourses.read(name), Mutation.NONE));
    }

    @Test
    void nothingNearWhatOnceWentWrongBreaksAnInvariant() {
        VariedCourses courses = new VariedCourses(KeptCourses.all());
        for (long seed = 1; seed <= VARIATIONS; seed++) {
            requireSound("varied seed " + seed, courses.apply(seed));
        }
    }

    @Test
    void aCourseReadsAsItWasWritten() {
        for (long seed = 1; seed <= 200; seed++) {
            SimulatedCourse course = SimulatedCourse.of(seed);
            assertThat(CourseFile.read(CourseFile.write(course))).isEqualTo(course);
        }
    }

    @Test
    void aSeedReplaysExactly() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(told(seed)).isEqualTo(told(seed));
        }
    }

    private static List<String> told(long seed) {
        List<String> told = new ArrayList<>();
        Simulation.run(SimulatedCourse.of(seed), Mutation.NONE, what -> told.add(what.get()));
        return told;
    }

    /** What chance brings about too seldom. */
    @ParameterizedTest
    @CsvSource({
        "LAG_IGNORED, standby-behind",
        "LAG_UNKNOWN_AS_ZERO, standby-of-unknown-lag",
        "REJOIN_SKIPPED, former-primary-rejoins",
        "RELIEF_IGNORED, load-falls-while-it-waits"
    })
    void aDeliberateBugIsFoundWithACourseThatWasKept(Mutation mutation, String name) {
        assertThat(Shrinking.violation(KeptCourses.read(name), mutation)).isPresent();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"NONE", "LAG_IGNORED", "LAG_UNKNOWN_AS_ZERO", "REJOIN_SKIPPED", "RELIEF_IGNORED"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyDeliberateBugIsFound(Mutation mutation) {
        assertThat(SimulationMain.seedsNeeded(mutation, 20_000))
                .as("seeds needed to find %s", mutation)
                .isPresent();
    }
}
