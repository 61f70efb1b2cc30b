package io.vmha.center.internal.state;

import io.vmha.center.journal.HostState;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.VmState;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a center knows and wants at its start: what there is as the latest observation, and what the journal holds. The calls of an earlier
 * center may be under way, so that nothing is taken to be off by this. On the thread that makes the state.
 */
final class Restoration {
    private final CenterState state;
    private final Unwritten unwritten;

    Restoration(CenterState state, Unwritten unwritten) {
        this.state = state;
        this.unwritten = unwritten;
    }

    void restore(Inventory start, JournalState journal) {
        start.hosts().forEach(state::add);
        start.hosts().stream().filter(host -> host.health() != HostHealth.UP).forEach(host -> state.mark(host.id()));
        for (VirtualMachine vm : start.vms()) {
            state.add(vm);
            if (!journal.isFirst()) {
                // An earlier center would have written down that it is not wanted running.
                state.requireVm(vm.id()).desired = DesiredState.RUNNING;
            }
        }
        journal.hosts().forEach(this::restore);
        journal.vms().forEach(this::restore);
        state.leftovers().restore(journal.leftovers());
        state.away().restore(journal.away());
        takeSeenUp(start);
        leaveLostHosts();
    }

    private void restore(HostState left) {
        HostId id = left.host().id();
        if (state.host(id).isEmpty()) {
            state.add(left.host());
        }
        state.requireHost(id).restore(left);
        unwritten.holds(id);
        state.mark(id);
    }

    private void restore(VmState left) {
        VmId id = left.vm().id();
        boolean isUnseen = state.vm(id).isEmpty();
        if (isUnseen && state.host(left.vm().host()).isEmpty()) {
            // Its host is gone with it: there is nobody who could say where it is.
            unwritten.holds(id);
            unwritten.changed(id);
            return;
        }
        if (isUnseen) {
            state.add(left.vm().withServedBy(Optional.empty()));
        }
        VmRecord record = state.vm(id).orElseThrow();
        boolean seenOn = !isUnseen && record.seen.power() != PowerState.OFF;
        record.restore(left);
        if (record.server != null) {
            state.routes().route(record, record.server);
        }
        Set<HostId> hostsOfBoth = new LinkedHashSet<>(left.mayRunOn());
        if (seenOn) {
            hostsOfBoth.add(record.seen.host());
        }
        if (isUnseen) {
            record.seen = record.seen.withPower(left.vm().power());
        }
        unwritten.holds(id);
        state.places().place(record, hostsOfBoth);
        state.touch(id);
    }

    /**
     * A host that was lost and is seen up again is not confirmed off any more, and VMs may be running on it. It may have gone again since:
     * it counts as lost until it is read.
     */
    private void takeSeenUp(Inventory start) {
        for (HostRecord host : state.hosts()) {
            boolean isSeenUp = start.host(host.seen.id())
                    .filter(found -> found.health().runsVms())
                    .isPresent();
            if (isSeenUp && !host.health().runsVms()) {
                host.isConfirmedOff = false;
                state.health().toBeRead(host.seen.id());
            }
        }
    }

    /** What runs on a host that was confirmed off is what was last known of it. */
    private void leaveLostHosts() {
        Set<HostId> lost = new HashSet<>();
        for (HostRecord host : state.hosts()) {
            if (host.isConfirmedOff) {
                lost.add(host.seen.id());
            }
        }
        if (lost.isEmpty()) {
            return;
        }
        for (VmRecord vm : List.copyOf(state.vms())) {
            Set<HostId> left = new LinkedHashSet<>(vm.mayRunOn);
            if (left.removeAll(lost)) {
                if (left.isEmpty()) {
                    vm.flags.add(VmState.Flag.UNSEARCHED);
                    state.places().lostWithHost(vm.id());
                }
                state.places().place(vm, left);
            }
        }
    }
}
