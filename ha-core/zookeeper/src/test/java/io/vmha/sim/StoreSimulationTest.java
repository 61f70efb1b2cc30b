package io.vmha.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.group.StorePlanJournal;
import org.junit.jupiter.api.Test;

/** The simulation of centers, with the journal in a store whose answers get lost. */
class StoreSimulationTest {
    private static final int SEEDS = 300;

    @Test
    void noSeedThatWritesToAStoreBreaksAnInvariant() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedCourse course = SimulatedCourse.of(seed).onDisk();
            try {
                Simulation.run(course, Mutation.NONE);
            } catch (Violation broken) {
                throw new AssertionError("seed " + seed + ": " + Shrinking.describe(course, broken), broken);
            }
        }
    }

    @Test
    void theyReallyWriteToAStore() {
        try (Journals journals = Journals.onDisk();
                var journal = journals.get()) {
            assertThat(journal).isInstanceOf(StorePlanJournal.class);
        }
    }
}
