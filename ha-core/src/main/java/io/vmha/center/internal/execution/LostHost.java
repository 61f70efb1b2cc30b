package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.model.HostId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What it means for VMs that their host is confirmed off. Pure functions of what is known. */
public final class LostHost {
    private LostHost() {}

    /**
     * Takes a host that is confirmed off out of the sets of hosts on which VMs may be running. A VM that is left with none has yet
     * to be looked for on the hosts that answer: somebody may have moved it untold.
     */
    public static void confirmedOff(HostId host, CenterState state) {
        List<VmRecord> lost = state.running(host);
        state.health().confirmedOff(host);
        for (VmRecord vm : lost) {
            Set<HostId> left = new LinkedHashSet<>(vm.mayRunOn());
            left.remove(host);
            if (left.isEmpty()) {
                state.flag(vm.id(), VmState.Flag.UNSEARCHED, true);
            }
            state.places().mayRunOn(vm.id(), left);
            state.places().lostWithHost(vm.id());
        }
    }
}
