package io.vmha.policy;

import static java.util.Objects.requireNonNull;

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
    static final double FULL = 1.0;
    /** More than what rounding can make of a sum of shares. */
    private static final double ROUNDING = 1e-9;

    private final Resources allocation;
    private final List<Unread> unread;
    private final RoomHeap heap = new RoomHeap();

    RoomQueue(Resources allocation, List<WorkingRooms> groups) {
        this.allocation = allocation;
        this.unread = groups.stream().map(Unread::new).toList();
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
        for (Unread group : unread) {
            while (group.leastPossible <= firstFullness()) {
                add(group.read());
            }
        }
    }

    private double firstFullness() {
        return heap.isEmpty() ? FULL : Math.min(heap.firstFullness(), FULL);
    }

    /** The hosts of one capacity that are not in the queue yet: they would all be at least so full. */
    private final class Unread {
        private final WorkingRooms rooms;
        private int place;
        private double leastPossible;

        private Unread(WorkingRooms rooms) {
            this.rooms = rooms;
            this.leastPossible = leastPossible(rooms.at(0));
        }

        /** The machine adds to the larger share of a host the smaller one of its own, or more. */
        private double leastPossible(@Nullable WorkingRoom next) {
            return next == null
                    ? Double.POSITIVE_INFINITY
                    : next.fullnessBefore()
                            + allocation.lesserShareOf(next.host().capacity())
                            - ROUNDING;
        }

        private WorkingRoom read() {
            WorkingRoom next = requireNonNull(rooms.at(place));
            place++;
            leastPossible = leastPossible(rooms.at(place));
            return next;
        }
    }
}
