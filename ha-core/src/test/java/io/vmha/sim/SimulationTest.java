package io.vmha.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SimulationTest {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_000);

    @Test
    void noSeedBreaksAnInvariant() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedCourse course = SimulatedCourse.of(seed);
            try {
                Simulation.run(course, Mutation.NONE);
            } catch (Violation broken) {
                throw new AssertionError("seed " + seed + ": " + Shrinking.describe(course, broken), broken);
            }
        }
    }

    /** What once went wrong, as it was then: a course does not change with what is drawn for a seed. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("keptCourses")
    void whatOnceWentWrongGoesRight(String name) throws IOException {
        SimulatedCourse course = CourseFile.read(Files.readString(folder().resolve(name)));

        assertThatNoException().isThrownBy(() -> Simulation.run(course, Mutation.NONE));
    }

    static List<String> keptCourses() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".course"))
                    .sorted()
                    .toList();
        }
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(SimulationTest.class.getResource("courses"))
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
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
    void aDeliberateBugIsFoundWithACourseThatWasKept(Mutation mutation, String name) throws IOException {
        SimulatedCourse course = CourseFile.read(Files.readString(folder().resolve(name + ".course")));

        assertThat(Shrinking.violation(course, mutation)).isPresent();
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
