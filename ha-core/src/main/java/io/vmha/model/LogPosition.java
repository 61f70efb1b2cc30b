package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A place in a replica set's log.
 *
 * <p>Positions compare by timeline and then by offset. Of two positions on one timeline the higher has all that the lower
 * has; across timelines that need not be so.
 *
 * @param timeline the number of the log's branch, 1 or more; each promotion begins a new one with a higher number
 * @param offset bytes since the log's beginning, 0 or more
 */
public record LogPosition(long timeline, long offset) implements Comparable<LogPosition> {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the timeline is less than 1 or the offset is negative
     */
    public LogPosition {
        checkArgument(timeline >= 1, "timeline must be 1 or more: %s", timeline);
        checkArgument(offset >= 0, "log offset must be 0 or more: %s", offset);
    }

    /** Whether a member that is here has all that another one has that is there; false across timelines. */
    public boolean includes(LogPosition other) {
        return timeline == other.timeline && offset >= other.offset;
    }

    @Override
    public int compareTo(LogPosition other) {
        int byTimeline = Long.compare(timeline, other.timeline);
        return byTimeline != 0 ? byTimeline : Long.compare(offset, other.offset);
    }

    /** The timeline and the offset, the latter as PostgreSQL writes it. */
    @Override
    public String toString() {
        return timeline + ":" + Long.toHexString(offset >>> 32) + "/" + Long.toHexString(offset & 0xFFFF_FFFFL);
    }
}
