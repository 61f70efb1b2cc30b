package io.vmha.center;

import com.google.common.collect.ImmutableList;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabasePromoter;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.plan.Action;
import java.time.Duration;
import java.util.List;

/** Turns an action into the call that carries it out. Immutable; its calls block. */
final class ActionPerformer {
    private final HypervisorAdapter adapter;
    private final TrafficDirector trafficDirector;
    private final List<FencingDevice> fencingDevices;
    private final DatabasePromoter promoter;
    private final Duration powerOffGrace;

    ActionPerformer(
            HypervisorAdapter adapter,
            TrafficDirector trafficDirector,
            List<FencingDevice> fencingDevices,
            DatabasePromoter promoter,
            Duration powerOffGrace) {
        this.adapter = adapter;
        this.trafficDirector = trafficDirector;
        this.fencingDevices = ImmutableList.copyOf(fencingDevices);
        this.promoter = promoter;
        this.powerOffGrace = powerOffGrace;
    }

    /** Returns when the action is done; throws an {@link AdapterException} when it is not, or not known to be. */
    void perform(Action action, CallContext call) {
        Runnable effect = action.fold(new Action.Cases<Runnable>(
                powerOff -> () -> powerOff(powerOff, call),
                fenceHost -> () -> fence(fenceHost.target(), call),
                redirect -> () -> trafficDirector.route(redirect.owner(), redirect.server(), call),
                powerOn -> () -> adapter.powerOn(powerOn.target(), powerOn.on(), call),
                reallocate -> () -> adapter.reallocate(reallocate.target(), reallocate.allocation(), call),
                migrate -> () -> adapter.migrate(migrate.target(), migrate.to(), call),
                clone -> () -> adapter.cloneFromTemplate(clone.template(), clone.target(), clone.on(), call),
                promote -> () -> promoter.promote(promote.target(), call)));
        effect.run();
    }

    private void powerOff(Action.PowerOff action, CallContext call) {
        adapter.powerOff(action.target(), powerOffGrace, call);
        PowerState state = adapter.powerState(action.target(), call);
        if (state != PowerState.OFF) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED,
                    action.target() + " was powered off, but its power state reads " + state);
        }
    }

    private void fence(HostId host, CallContext call) {
        FencingDevice device = fencingDevices.stream()
                .filter(candidate -> candidate.canFence(host))
                .findFirst()
                .orElseThrow(() -> new AdapterException.Permanent(
                        AdapterException.Cause.UNSUPPORTED, "no fencing device can fence host " + host));
        device.fence(host, call);
    }
}
