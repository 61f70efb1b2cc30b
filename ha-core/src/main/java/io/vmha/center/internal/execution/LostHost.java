package io.vmha.center.internal.execution;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What it means for VMs that their host is confirmed off. Pure functions of what is known. */
public final class LostHost {
    private LostHost() {}

    /** What it means besides that a host was fenced: where nothing was reported of it, that it is off is its fault. */
    static void fenced(HostId host, CenterState state, Instant now) {
        state.host(host)
                .filter(record -> record.fault().isEmpty())
                .ifPresent(record -> state.health().opened(host, faultOfFenced(host, state, now)));
        confirmedOff(host, state);
    }

    /** The fault of what is off since its host was fenced. */
    public static OpenFault faultOfFenced(HostId host, CenterState state, Instant now) {
        return new OpenFault(FaultReport.ofHost(host, FaultKind.HOST_DOWN, now, "center", state.beginReading()), now);
    }

    /**
     * Takes a host that is confirmed off out of the sets of hosts on which VMs may be running. Each of its VMs has yet to be read:
     * one that is left with no host may have been moved untold, and one that is left with another may run well there.
     */
    public static void confirmedOff(HostId host, CenterState state) {
        List<VmRecord> lost = state.running(host);
        state.health().confirmedOff(host);
        for (VmRecord vm : lost) {
            Set<HostId> left = new LinkedHashSet<>(vm.mayRunOn());
            left.remove(host);
            state.flag(vm.id(), VmState.Flag.UNSEARCHED, true);
            state.places().mayRunOn(vm.id(), left);
            state.places().lostWithHost(vm.id());
        }
    }
}
