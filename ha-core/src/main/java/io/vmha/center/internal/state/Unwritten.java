package io.vmha.center.internal.state;

import com.google.common.collect.Sets;
import io.vmha.center.journal.JournalEntry;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the journal should still be told: records that changed, and what else happened. Confined to the center's loop. */
final class Unwritten {
    /** Made anew at each drain: one that was large once takes its time to be cleared for ever. */
    private Set<VmId> vms = new LinkedHashSet<>();

    private Set<HostId> hosts = new LinkedHashSet<>();
    /** What the journal holds a state of, so that it can be told to forget it. */
    private final Set<VmId> heldVms = new HashSet<>();

    private final Set<HostId> heldHosts = new HashSet<>();
    private List<JournalEntry> entries = new ArrayList<>();

    void changed(VmId vm) {
        vms.add(vm);
    }

    void changed(HostId host) {
        hosts.add(host);
    }

    void holds(VmId vm) {
        heldVms.add(vm);
    }

    void holds(HostId host) {
        heldHosts.add(host);
    }

    void add(JournalEntry entry) {
        entries.add(entry);
    }

    /** The VMs of which the journal holds a state, or is to be told one. */
    Set<VmId> noted() {
        return Sets.union(heldVms, vms);
    }

    /** Takes out what the journal should know, from how the records are now. */
    List<JournalEntry> drain(Map<VmId, VmRecord> vmRecords, Map<HostId, HostRecord> hostRecords) {
        if (vms.isEmpty() && hosts.isEmpty() && entries.isEmpty()) {
            return List.of();
        }
        for (HostId id : hosts) {
            HostRecord record = hostRecords.get(id);
            if (record != null && !record.isDefault()) {
                heldHosts.add(id);
                entries.add(new JournalEntry.HostNoted(record.state()));
            } else if (heldHosts.remove(id)) {
                entries.add(new JournalEntry.HostForgotten(id));
            }
        }
        for (VmId id : vms) {
            VmRecord record = vmRecords.get(id);
            if (record != null && !record.isDefault()) {
                heldVms.add(id);
                entries.add(new JournalEntry.VmNoted(record.state()));
            } else if (heldVms.remove(id)) {
                entries.add(new JournalEntry.VmForgotten(id));
            }
        }
        List<JournalEntry> drained = entries;
        hosts = new LinkedHashSet<>();
        vms = new LinkedHashSet<>();
        entries = new ArrayList<>();
        return drained;
    }
}
