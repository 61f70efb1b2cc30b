package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.FencingDevice;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;

/** Powers a host off from outside it, and reads that it is. Tries one device after the other until one confirms it. */
final class FenceHostHandler extends ActionHandler<Action.FenceHost> {
    FenceHostHandler() {
        super(Action.FenceHost.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 1 + 3 * Math.max(1, platform.fencingDevices().size());
    }

    @Override
    void perform(Action.FenceHost action, CallContext call, Platform platform, CallFacts facts) {
        HostId host = action.target();
        AdapterException failure = new AdapterException.Permanent(
                AdapterException.Cause.UNSUPPORTED, "no fencing device can fence host " + host);
        for (FencingDevice device : platform.fencingDevices()) {
            if (Platform.canFence(device, host)) {
                try {
                    fence(device, action, call);
                    return;
                } catch (AdapterException failed) {
                    failed.addSuppressed(failure);
                    failure = failed;
                }
            }
        }
        throw failure;
    }

    private static void fence(FencingDevice device, Action.FenceHost action, CallContext call) {
        device.fence(action.target(), call);
        PowerState state = Platform.readBack(action, () -> device.powerState(action.target(), call));
        if (state != PowerState.OFF) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED,
                    "host " + action.target() + " was fenced by " + device.name() + ", but its power state reads "
                            + state);
        }
    }

    @Override
    boolean isDone(Action.FenceHost action, CallContext call, Platform platform, CallFacts facts) {
        for (FencingDevice device : platform.fencingDevices()) {
            if (Platform.canFence(device, action.target())
                    && device.powerState(action.target(), call) == PowerState.OFF) {
                return true;
            }
        }
        return false;
    }

    /** A host that came up meanwhile by somebody's word may have come up after it was fenced: its VMs are read, and none is off. */
    @Override
    void done(Action.FenceHost action, CenterState state, Instant begun, Instant now) {
        if (!state.health().cameUpSince(action.target(), begun)) {
            LostHost.fenced(action.target(), state, now);
        }
    }

    @Override
    List<Guard> guards() {
        return List.of(Guards.NOT_OFF_YET, Guards.STILL_LOST, Guards.HOST_READ_FIRST);
    }
}
