package io.vmha.center.internal;

import io.vmha.center.internal.execution.LostHost;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.HostRecord;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;

/**
 * Hosts that are fenced or up again, and VMs that are lost with their host or stop untold: what that means for what is known, and whose
 * needs are decided by it. Keeps nothing; on the center's loop.
 */
final class Losses {
    private final CenterLoop center;
    private final CenterState state;

    Losses(CenterLoop center) {
        this.center = center;
        this.state = center.state();
    }

    /** A host is up; one that was lost may have VMs, or not, and counts as having flapped unless it was taken out of service. */
    void hostIsUp(HostRecord host) {
        HostId id = host.seen().id();
        // One that is being fenced may have been off though nobody knew.
        boolean wasLost = !host.health().runsVms() || center.executor().mayHaveFenced(id);
        state.health().up(id, center.now());
        if (wasLost) {
            state.places().toBeRead(id, center.executor().mayHavePlaced(id));
            center.readings().need();
            if (!host.seen().inMaintenance()) {
                center.quarantine().flapped(id);
            }
        }
    }

    /** A host that was fenced took its VMs with it; those that were well have failed by that. */
    void fenced(HostId host) {
        if (state.requireHost(host).health() != HostHealth.DOWN) {
            // It came up meanwhile: before it was fenced, or after.
            center.readings().need();
            return;
        }
        OpenFault fault = LostHost.faultOfFenced(host, state, center.now());
        for (VmRecord vm : state.recordsAt(host)) {
            boolean isLost = vm.mayRunOn().isEmpty()
                    && vm.seen().host().equals(host)
                    && vm.desired() == DesiredState.RUNNING
                    && !vm.isFailed()
                    && !vm.is(VmState.Flag.DELETED)
                    && vm.seen().power() != PowerState.OFF;
            if (isLost) {
                state.health().opened(vm.id(), fault);
                center.decisions().wake(vm.id());
            }
        }
    }

    /** A VM that turns out to be on a lost host alone is lost with it, though it was uncertain when the host was. */
    void loseWithHost(VmRecord vm) {
        boolean isCertain = vm.mayRunOn().size() == 1 && vm.desired() == DesiredState.RUNNING;
        if (!isCertain || vm.isFailed() || vm.is(VmState.Flag.DELETED)) {
            return;
        }
        state.host(vm.mayRunOn().iterator().next())
                .filter(host -> !host.health().runsVms())
                .flatMap(HostRecord::fault)
                .ifPresent(fault -> {
                    state.health().opened(vm.id(), fault);
                    center.decisions().wake(vm.id());
                });
    }

    /** A VM that is to run, is off and for which nothing is under way has failed, whoever was to notice. */
    void reportIfStopped(VmRecord vm) {
        boolean isStopped = vm.desired() == DesiredState.RUNNING
                && vm.isConfirmedOff()
                && !vm.isFailed()
                && !vm.is(VmState.Flag.DELETED)
                && center.executor().runsOf(vm.id()).isEmpty();
        if (isStopped) {
            center.reports().shown(new FaultSubject.OfVm(vm.id()), FaultKind.POWERED_OFF, center.now());
        }
    }
}
