package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.vmha.Fixtures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    @ValueSource(longs = {1, 2})
    void thousandsAreInOrderWhileTheyComeAndGo(long seed) {
        List<Candidate> all = IntStream.range(0, 6_000)
                .mapToObj(i -> candidate(i, (i % 130) / 100.0))
                .collect(Collectors.toCollection(ArrayList::new));
        TreeSet<Candidate> expected = new TreeSet<>();
        LoadOrder order = LoadOrder.EMPTY;
        Collections.shuffle(all, new Random(seed));
        for (Candidate candidate : all) {
            order = order.with(candidate);
            expected.add(candidate);
        }
        assertThat(ImmutableList.copyOf(order)).isEqualTo(ImmutableList.copyOf(expected));
        Collections.shuffle(all, new Random(seed + 1));
        for (Candidate candidate : all) {
            order = order.without(candidate);
            expected.remove(candidate);
            if (expected.size() % 500 == 0) {
                assertThat(ImmutableList.copyOf(order)).isEqualTo(ImmutableList.copyOf(expected));
            }
        }
        assertThat(order.isEmpty()).isTrue();
    }

    @Test
    void aChangeThatChangesNothingIsTheSameOrder() {
        LoadOrder order = LoadOrder.EMPTY;
        for (int i = 0; i < 200; i++) {
            order = order.with(candidate(i, 0.5));
        }
        assertThat(order.with(candidate(100, 0.5))).isSameAs(order);
        assertThat(order.without(candidate(100, 0.4))).isSameAs(order);
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
