package io.vmha.center.internal.state;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import io.vmha.center.journal.VmState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Which VMs and hosts there are, by whoever declares them or what a reading showed first. Confined to the center's loop. */
public final class Declarations {
    private static final int MAX_REMOVED = 10_000;

    private final CenterState state;
    /** When VMs were deleted, the last of them: readings that began before do not bring them back. */
    private final Map<VmId, Long> removedAt = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<VmId, Long> eldest) {
            return size() > MAX_REMOVED;
        }
    };

    Declarations(CenterState state) {
        this.state = state;
    }

    /** Adds a VM, or changes what is declared of it; where it is and whether it runs is taken only of one that is new. */
    public void declare(VirtualMachine vm) {
        checkArgument(
                state.host(vm.host()).isPresent(), "VM %s is on host %s, which does not exist", vm.id(), vm.host());
        VmRecord record = state.vm(vm.id()).orElse(null);
        if (record == null) {
            state.add(vm);
        } else {
            record.flags.remove(VmState.Flag.DELETED);
            record.seen = Declared.of(vm, record.seen);
        }
        if (record == null) {
            // A reading that began before it was declared may not have it yet.
            state.requireVm(vm.id()).actedAt = state.beginReading();
        }
        state.touch(vm.id());
        state.wake(vm.type());
    }

    /** Adds a host, or changes what is known of it apart from its health and maintenance. */
    public void declare(Host host) {
        HostRecord record = state.host(host.id()).orElse(null);
        if (record == null) {
            state.add(host);
        } else {
            record.seen = HostRecord.observed(host).withInMaintenance(record.seen.inMaintenance());
        }
        state.touch(host.id());
        state.wake(host.role());
    }

    /**
     * Removes a VM that was deleted. While it may be running somewhere it is remembered, so that nothing that needs it off goes on.
     *
     * @return the VMs that it served
     */
    public Set<VmId> remove(VmId id) {
        VmRecord record = state.requireVm(id);
        Set<VmId> served = state.routes().othersServedBy(id);
        if (record.server != null) {
            state.routes().unroute(record);
        }
        state.away().notAway(id);
        record.faults = ImmutableList.of();
        state.health().deleted();
        record.flags.add(VmState.Flag.DELETED);
        removedAt.put(id, state.beginReading());
        state.places().deleted(id);
        state.touch(id);
        if (record.isConfirmedOff()) {
            state.forget(id);
        }
        served.forEach(state::touch);
        return served;
    }

    /** The token that was issued when that VM was deleted; 0 where it was not. */
    public long removedAt(VmId id) {
        return removedAt.getOrDefault(id, 0L);
    }

    /**
     * Removes a host that was deleted.
     *
     * @throws IllegalArgumentException if VMs are registered, may be running or are to be placed on it
     */
    public void remove(HostId id) {
        state.requireHost(id);
        Set<VmId> left = state.vmsAt(id);
        checkArgument(left.isEmpty(), "host %s cannot be removed while VMs are on it: %s", id, left);
        state.forget(id);
    }
}
