package io.vmha.center.internal.state;

import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.VmState;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What recoveries left behind on the platform and nobody needs, until an operator has it deleted. Confined to the center's loop. */
public final class Leftovers {
    private final CenterState state;
    private final Unwritten unwritten;
    private final Set<Leftover> leftovers = new LinkedHashSet<>();

    Leftovers(CenterState state, Unwritten unwritten) {
        this.state = state;
        this.unwritten = unwritten;
    }

    /** Takes what the journal holds. */
    void restore(Collection<Leftover> left) {
        leftovers.addAll(left);
    }

    /** All, in the order in which they were left behind. */
    public List<Leftover> all() {
        return List.copyOf(leftovers);
    }

    /**
     * Why what was left behind of a VM may be wanted still; empty where the VM runs, certainly and well, or was deleted and is off. A VM
     * that failed, is half made or is at a place that is not known may have to be made again from what is left of it.
     */
    public Optional<String> whyMayBeWanted(VmId id) {
        VmRecord record = state.vm(id).orElse(null);
        if (record == null) {
            return Optional.empty();
        }
        boolean isWell = record.power() == PowerState.ON
                && !record.isFailed()
                && !record.isActedOn()
                && !record.is(VmState.Flag.SPLIT_BRAIN)
                && !record.is(VmState.Flag.HALF_MADE)
                && !record.is(VmState.Flag.UNSEARCHED)
                && !record.is(VmState.Flag.DELETED)
                && state.runsVms(record.seen.host());
        return isWell
                ? Optional.empty()
                : Optional.of("what is left of " + id + " may be wanted still: it does not run, certainly and well");
    }

    /** Something stays on the platform that nobody needs. */
    public void leftBehind(Leftover left) {
        if (leftovers.add(left)) {
            unwritten.add(new JournalEntry.LeftBehind(left));
        }
    }

    /** Somebody else runs the VM on another host than its clone is on, or repaired what the clone was to replace. */
    public void cloneNotNeeded(VmId id, HostId host, Instant now) {
        leftBehind(new Leftover(id, host, "a clone that was not needed", now));
        state.flag(id, VmState.Flag.HALF_MADE, false);
    }

    /** What was left behind of a VM on a host before that moment was deleted. */
    public void deleted(VmId id, HostId host, Instant before) {
        for (Leftover left : List.copyOf(leftovers)) {
            boolean isMeant = left.vm().equals(id) && left.host().equals(host);
            if (isMeant && !left.since().isAfter(before)) {
                leftovers.remove(left);
                unwritten.add(new JournalEntry.LeftoverDeleted(left));
            }
        }
    }
}
