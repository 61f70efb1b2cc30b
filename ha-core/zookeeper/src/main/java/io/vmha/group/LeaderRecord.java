package io.vmha.group;

import io.vmha.group.store.Change;
import io.vmha.group.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the store says of the leader of a site. Immutable.
 *
 * @param epoch the epoch that it leads in
 * @param instance who leads
 * @param incarnation tells two runs of the same instance apart
 * @param lease how long it leads without renewing that
 * @param hasLeft whether it does not lead any more, and has nothing under way
 * @param successor the instance that it left the leadership to; empty where that is anybody
 */
record LeaderRecord(
        long epoch,
        Instance instance,
        String incarnation,
        Duration lease,
        boolean hasLeft,
        Optional<String> successor) {
    private static final String MARK = "vmha-leader 1";
    private static final int LINES = 8;
    private static final String ANYBODY = "-";

    LeaderRecord leaving(Optional<String> to) {
        return new LeaderRecord(epoch, instance, incarnation, lease, true, to);
    }

    byte[] encode() {
        return Change.text(String.join(
                "\n",
                MARK,
                Long.toString(epoch),
                instance.name(),
                instance.address(),
                incarnation,
                Long.toString(lease.toMillis()),
                hasLeft ? "left" : "leads",
                successor.orElse(ANYBODY)));
    }

    static LeaderRecord decode(String key, String text) {
        List<String> lines = List.of(text.split("\n", -1));
        if (lines.size() == LINES && lines.get(0).equals(MARK)) {
            try {
                String successor = lines.get(7);
                return new LeaderRecord(
                        Long.parseLong(lines.get(1)),
                        new Instance(lines.get(2), lines.get(3)),
                        lines.get(4),
                        Duration.ofMillis(Long.parseLong(lines.get(5))),
                        lines.get(6).equals("left"),
                        successor.equals(ANYBODY) ? Optional.empty() : Optional.of(successor));
            } catch (IllegalArgumentException none) {
                throw new StoreException.Refused(key + " holds no leader that can be read: " + none.getMessage(), none);
            }
        }
        throw new StoreException.Refused(
                key + " holds no leader that this release can read: it is of another one, or was changed", null);
    }
}
