package io.vmha.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three instances in virtual time, on one thread, from a seed: each has a clock of its own, up to 8 % fast or slow, stands still at any
 * moment for longer than its lease, and has a store whose answers are lost and whose commits come late. After each step at most one may
 * believe that it leads, and epochs only grow.
 */
class LeaseSimulationTest {
    private static final int SEEDS = 200;
    private static final int STEPS = 500;

    @Test
    void twoInstancesNeverLeadAtOnceAndEpochsOnlyGrow() {
        int terms = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            LeaseSimulation simulation = new LeaseSimulation(seed, LeaseSimulation.Bug.NONE);
            assertThat(simulation.run(STEPS)).as("seed %s", seed).isEmpty();
            terms += simulation.terms();
        }
        assertThat(terms).as("terms in all").isGreaterThan(SEEDS * 3);
    }

    @Test
    void afterFaultsEndOneInstanceLeadsAgain() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            LeaseSimulation simulation = new LeaseSimulation(seed, LeaseSimulation.Bug.NONE);
            assertThat(simulation.run(STEPS / 4)).isEmpty();
            assertThat(simulation.leadsAfterFaults()).as("seed %s", seed).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseSimulation.Bug.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void aDeliberateBugIsFound(LeaseSimulation.Bug bug) {
        List<Long> found = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS && found.isEmpty(); seed++) {
            if (!new LeaseSimulation(seed, bug).run(STEPS).isEmpty()) {
                found.add(seed);
            }
        }
        assertThat(found).as("seeds that find %s", bug).isNotEmpty();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        long seed = new SplittableRandom(7).nextInt(1, 1_000);
        LeaseSimulation one = new LeaseSimulation(seed, LeaseSimulation.Bug.NONE);
        LeaseSimulation other = new LeaseSimulation(seed, LeaseSimulation.Bug.NONE);
        assertThat(one.run(STEPS)).isEqualTo(other.run(STEPS));
        assertThat(one.terms()).isEqualTo(other.terms()).isPositive();
        assertThat(one.latest()).isEqualTo(other.latest()).isNotEqualTo(OptionalLong.empty());
    }
}
