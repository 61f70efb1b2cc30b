package io.vmha.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_000);

    @Test
    void noSeedBreaksAnInvariant() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Simulation.run(SimulatedCourse.of(seed), Mutation.NONE);
            } catch (Violation broken) {
                throw new AssertionError(
                        "seed " + seed + ": " + Shrinking.describe(SimulatedCourse.of(seed), broken), broken);
            }
        }
    }

    /** The center that took over took the machine to be where it was before the first center moved it. */
    @Test
    void aMachineThatMovedBeforeATakeoverIsKnownToBeWhereItIs() {
        assertThatNoException().isThrownBy(() -> Simulation.run(SimulatedCourse.of(719_097), Mutation.NONE));
    }

    /** A machine was confirmed off, repaired, and failed again under the next center, which took it to be off still. */
    @Test
    void aMachineThatWasRepairedBeforeACrashIsNotTakenToBeOff() {
        assertThatNoException().isThrownBy(() -> Simulation.run(SimulatedCourse.of(957_160), Mutation.NONE));
    }

    /** A machine was still moving when the host that it left was lost, had arrived, and was taken to be off with that host. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1_804_309, 2_331_415})
    void aMachineThatHadMovedBeforeItsHostWasLostIsNotTakenToBeOff(long seed) {
        assertThatNoException().isThrownBy(() -> Simulation.run(SimulatedCourse.of(seed), Mutation.NONE));
    }

    @Test
    void aSeedReplaysExactly() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.run(SimulatedCourse.of(seed), Mutation.NONE).byKind())
                    .isEqualTo(Simulation.run(SimulatedCourse.of(seed), Mutation.NONE)
                            .byKind());
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void everyDeliberateBugIsFound(Mutation mutation) {
        assertThat(SimulationMain.seedsNeeded(mutation, 20_000))
                .as("seeds needed to find %s", mutation)
                .isPresent();
    }
}
