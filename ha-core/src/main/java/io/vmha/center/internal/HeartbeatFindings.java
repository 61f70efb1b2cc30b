package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;

/** What a watch of heartbeats tells and asks the center. Keeps nothing; on the center's loop. */
final class HeartbeatFindings implements HeartbeatWatch.Callbacks {
    private final CenterLoop center;

    HeartbeatFindings(CenterLoop center) {
        this.center = center;
    }

    @Override
    public Inventory inventory() {
        return center.inventory();
    }

    @Override
    public boolean isActing() {
        return center.life().isActing();
    }

    @Override
    public void report(FaultReport report) {
        center.reports().found(report);
    }

    @Override
    public void heard(VmId vm) {
        center.started().heard(vm);
    }

    @Override
    public void suspected(VmId vm, boolean isSuspect) {
        center.state().health().suspected(vm, isSuspect);
        center.run(() -> {});
    }

    @Override
    public void publish(HaEvent event) {
        center.publish(event);
    }
}
