package io.vmha.center.internal.state;

import io.vmha.center.journal.JournalEntry;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The VMs that were moved off their hosts for maintenance, and where their homes are. Confined to the center's loop. */
public final class AwayVms {
    private final CenterState state;
    private final Unwritten unwritten;
    private final Map<VmId, JournalEntry.VmAway> away = new LinkedHashMap<>();

    AwayVms(CenterState state, Unwritten unwritten) {
        this.state = state;
        this.unwritten = unwritten;
    }

    /** Takes what the journal holds. */
    void restore(Collection<JournalEntry.VmAway> left) {
        left.forEach(one -> away.put(one.vm(), one));
    }

    /** A VM was moved from a host for maintenance; one that was away already keeps its home. */
    public void leftHome(VmId id, HostId from, HostId to) {
        JournalEntry.VmAway before = away.get(id);
        HostId home = before != null && before.at().equals(from) ? before.home() : from;
        keepAway(new JournalEntry.VmAway(id, home, to));
    }

    /** A VM is home, or is not to come home any more. */
    public void notAway(VmId id) {
        JournalEntry.VmAway before = away.get(id);
        if (before != null) {
            keepAway(new JournalEntry.VmAway(id, before.home(), before.home()));
        }
    }

    private void keepAway(JournalEntry.VmAway left) {
        if (left.isAway()) {
            away.put(left.vm(), left);
        } else {
            away.remove(left.vm());
        }
        unwritten.add(left);
    }

    /** The host that a VM left for maintenance, if it still is where it went then: nobody else moved it. */
    public Optional<HostId> homeOf(VmId id) {
        JournalEntry.VmAway left = away.get(id);
        VmRecord record = state.vm(id).orElse(null);
        return left != null && record != null && record.seen.host().equals(left.at())
                ? Optional.of(left.home())
                : Optional.empty();
    }

    /** The VMs that left a host for maintenance, those of higher priority first. */
    public List<VmId> from(HostId home) {
        return away.values().stream()
                .filter(left -> left.home().equals(home))
                .flatMap(left -> state.vm(left.vm()).stream())
                .sorted(Comparator.comparing((VmRecord vm) -> -vm.seen().priority())
                        .thenComparing(VmRecord::id))
                .map(VmRecord::id)
                .toList();
    }
}
