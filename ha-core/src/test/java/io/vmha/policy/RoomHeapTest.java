package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostAllocation;
import io.vmha.model.Resources;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoomHeapTest {
    private record Entry(String id, double fullness) {}

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theFirstIsAlwaysThatOfAPriorityQueue(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RoomHeap heap = new RoomHeap();
        PriorityQueue<Entry> expected =
                new PriorityQueue<>(Comparator.comparingDouble(Entry::fullness).thenComparing(Entry::id));
        for (int i = 0; i < 2_000; i++) {
            int chance = random.nextInt(10);
            if (expected.isEmpty() || chance < (i < 1_000 ? 6 : 2)) {
                Entry added = new Entry(String.format("h%04d", random.nextInt(10_000)), random.nextInt(20) / 20.0);
                heap.add(room(added.id()), added.fullness());
                expected.add(added);
            } else if (chance < 8) {
                Entry first = expected.remove();
                double fuller = first.fullness() + (1 + random.nextInt(5)) / 20.0;
                heap.replaceFirst(fuller);
                expected.add(new Entry(first.id(), fuller));
            } else {
                heap.removeFirst();
                expected.remove();
            }

            assertThat(heap.isEmpty()).isEqualTo(expected.isEmpty());
            if (!heap.isEmpty()) {
                assertThat(new Entry(heap.first().host().id().value(), heap.firstFullness()))
                        .isEqualTo(expected.element());
            }
        }
    }

    private static WorkingRoom room(String id) {
        return new WorkingRoom(
                new HostAllocation(Fixtures.host(id, ClusterRole.PRIMARY).build(), Resources.NONE));
    }
}
