package io.vmha.policy;

import io.vmha.model.Resources;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hosts by how full one more machine of a certain size would make them, the least full first, then by id.
 *
 * <p>Hosts only get fuller, so that an entry that is out of date stands too early, and is put right when it comes to the front.
 * Confined to the thread that made it.
 */
final class RoomQueue {
    private static final double FULL = 1.0;
    /** More than what rounding can make of a sum of shares. */
    private static final double ROUNDING = 1e-9;

    private final Resources allocation;
    private final List<WorkingRooms> groups;
    private final int[] read;
    private final RoomHeap heap = new RoomHeap();

    RoomQueue(Resources allocation, List<WorkingRooms> groups) {
        this.allocation = allocation;
        this.groups = groups;
        this.read = new int[groups.size()];
    }

    void add(WorkingRoom room) {
        heap.add(room, room.fullnessWith(allocation));
    }

    /** The host that the machine would leave least full; null if none has the room. */
    @Nullable
    WorkingRoom leastFull() {
        readOn();
        while (!heap.isEmpty()) {
            WorkingRoom first = heap.first();
            double fullness = first.fullnessWith(allocation);
            if (fullness == heap.firstFullness()) {
                return fullness <= FULL ? first : null;
            }
            heap.replaceFirst(fullness);
            readOn();
        }
        return null;
    }

    void removeLeastFull() {
        heap.removeFirst();
    }

    /** Adds the hosts that may be before the first one, or as full as it. */
    private void readOn() {
        for (int group = 0; group < read.length; group++) {
            WorkingRoom next = groups.get(group).at(read[group]);
            while (next != null && leastPossible(next) <= firstFullness()) {
                add(next);
                read[group]++;
                next = groups.get(group).at(read[group]);
            }
        }
    }

    private double firstFullness() {
        return heap.isEmpty() ? FULL : Math.min(heap.firstFullness(), FULL);
    }

    /** How full the machine makes the host and all after it at least: it adds to the larger share the smaller one or more. */
    private double leastPossible(WorkingRoom room) {
        Resources capacity = room.host().capacity();
        double added = Math.min(
                (double) allocation.cpuMillis() / capacity.cpuMillis(),
                (double) allocation.memoryMiB() / capacity.memoryMiB());
        return room.fullnessBefore() + added - ROUNDING;
    }
}
