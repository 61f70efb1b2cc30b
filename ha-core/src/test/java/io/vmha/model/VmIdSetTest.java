package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VmIdSetTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void changedAtRandomItIsAlwaysAsASortedSet(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TreeSet<VmId> expected = new TreeSet<>();
        VmIdSet set = VmIdSet.EMPTY;
        for (int i = 0; i < 500; i++) {
            VmId id = VmId.of("vm" + random.nextInt(12));
            boolean adds = random.nextBoolean();
            set = adds ? set.with(id) : set.without(id);
            var unused = adds ? expected.add(id) : expected.remove(id);

            assertThat(ImmutableList.copyOf(set)).isEqualTo(ImmutableList.copyOf(expected));
            assertThat(set.size()).isEqualTo(expected.size());
            assertThat(set.isEmpty()).isEqualTo(expected.isEmpty());
        }
    }

    @Test
    void setsOfTheSameIdsAreEqualHoweverTheyCameAbout() {
        VmIdSet one = VmIdSet.EMPTY.with(VmId.of("a")).with(VmId.of("b"));
        VmIdSet other = VmIdSet.EMPTY
                .with(VmId.of("b"))
                .with(VmId.of("c"))
                .without(VmId.of("c"))
                .with(VmId.of("a"));

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString("[a, b]");
        assertThat(one).isNotEqualTo(one.without(VmId.of("a")));
    }
}
