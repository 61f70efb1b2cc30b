package io.vmha.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.journal.DurablePlanJournal;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DurableSimulationTest {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_000);

    @Test
    void noSeedThatWritesToADiskBreaksAnInvariant() {
        long[] durable = LongStream.rangeClosed(1, SEEDS)
                .filter(seed -> SimulatedCourse.of(seed).isDurable())
                .toArray();
        assertThat(durable).hasSizeGreaterThan(SEEDS / 100);
        for (long seed : durable) {
            SimulatedCourse course = SimulatedCourse.of(seed);
            try {
                Simulation.run(course, Mutation.NONE);
            } catch (Violation broken) {
                throw new AssertionError("seed " + seed + ": " + Shrinking.describe(course, broken), broken);
            }
        }
    }

    @Test
    void theyReallyWriteToADisk() {
        try (Journals journals = Journals.onDisk();
                var journal = journals.get()) {
            assertThat(journal).isInstanceOf(DurablePlanJournal.class);
        }
    }
}
