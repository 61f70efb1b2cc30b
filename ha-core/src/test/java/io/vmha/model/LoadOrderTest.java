package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.vmha.Fixtures;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadOrderTest {
    private static final Host HOST = Fixtures.host("h1", ClusterRole.PRIMARY).build();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void changedAtRandomItIsAlwaysAsAnOrderedSet(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        TreeSet<Candidate> expected = new TreeSet<>();
        LoadOrder order = LoadOrder.EMPTY;
        for (int round = 0; round < 3_000; round++) {
            Candidate candidate = candidate(random.nextInt(400), random.nextInt(4) / 10.0);
            // grows to a few chunks in the first half, and shrinks to few in the second
            boolean adds = random.nextInt(10) < (round < 1_500 ? 8 : 2);
            LoadOrder before = order;
            List<Candidate> content = ImmutableList.copyOf(before);
            order = adds ? order.with(candidate) : order.without(candidate);
            var unused = adds ? expected.add(candidate) : expected.remove(candidate);

            assertThat(ImmutableList.copyOf(order)).isEqualTo(ImmutableList.copyOf(expected));
            assertThat(order.isEmpty()).isEqualTo(expected.isEmpty());
            assertThat(ImmutableList.copyOf(before)).isEqualTo(content);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void severalChangesAtOnceAreAsOneAfterTheOther(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        LoadOrder order = LoadOrder.EMPTY;
        for (int i = 0; i < 150; i++) {
            order = order.with(candidate(i, random.nextInt(10) / 10.0));
        }
        for (int round = 0; round < 3_000; round++) {
            Candidate removed = candidate(random.nextInt(200), random.nextInt(10) / 10.0);
            Candidate added = candidate(random.nextInt(200), random.nextInt(10) / 10.0);
            LoadOrder expected = order.without(removed).with(added);
            LoadOrder before = order;
            List<Candidate> content = ImmutableList.copyOf(before);
            LoadOrder.Editor editor = order.edit();
            editor.remove(removed);
            editor.add(added);
            order = editor.close();

            assertThat(ImmutableList.copyOf(before)).isEqualTo(content);

            assertThat(ImmutableList.copyOf(order)).isEqualTo(ImmutableList.copyOf(expected));
        }
    }

    @Test
    void withoutTheLastOneItIsEmpty() {
        LoadOrder order = LoadOrder.EMPTY.with(candidate(1, 0.5));
        assertThat(order.without(candidate(1, 0.5)).isEmpty()).isTrue();
        assertThat(LoadOrder.EMPTY.without(candidate(1, 0.5)).isEmpty()).isTrue();
    }

    private static Candidate candidate(int number, double load) {
        VirtualMachine vm = Fixtures.database("vm" + number, "h1").load(load).build();
        return new Candidate(vm, HOST);
    }
}
