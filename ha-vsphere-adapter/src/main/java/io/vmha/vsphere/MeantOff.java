package io.vmha.vsphere;

import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which VMs are off because this adapter was asked for it, until they are on again: a later crash counts. Thread-safe: marks
 * are replaced whole, each by comparing it with the one that was looked at.
 */
final class MeantOff {
    /** How long a power-off whose outcome is unknown may still take effect. */
    private static final Duration LATE = Duration.ofMinutes(10);

    private final LongSupplier nanoTime;
    private final Map<VmId, Mark> marks = new ConcurrentHashMap<>();

    MeantOff(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A power-off that was asked for; equals itself alone. */
    static final class Mark {
        private final long begunNanos;
        private volatile boolean seenOff;

        private Mark(long begunNanos) {
            this.begunNanos = begunNanos;
        }
    }

    Mark begin(VmId vm) {
        Mark mark = new Mark(nanoTime.getAsLong());
        marks.put(vm, mark);
        return mark;
    }

    /** The power-off was seen to be done. */
    void done(Mark mark) {
        mark.seenOff = true;
    }

    /** The power-off is known not to have been done. */
    void drop(VmId vm, Mark mark) {
        marks.remove(vm, mark);
    }

    /** The VM was seen to be on after the adapter powered it on. */
    void isOn(VmId vm) {
        marks.remove(vm);
    }

    /** The mark of a power-off that was done, which stands as long as the VM is off. */
    Optional<Mark> done(VmId vm) {
        return Optional.ofNullable(marks.get(vm)).filter(mark -> mark.seenOff);
    }

    boolean isMeant(VmId vm) {
        Mark mark = marks.get(vm);
        if (mark == null) {
            return false;
        }
        if (!mark.seenOff && nanoTime.getAsLong() - mark.begunNanos > LATE.toNanos()) {
            marks.remove(vm, mark);
            return false;
        }
        return true;
    }
}
