package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.PowerState;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;

/** Powers a VM off, and reads that it is. */
final class PowerOffHandler extends ActionHandler<Action.PowerOff> {
    PowerOffHandler() {
        super(Action.PowerOff.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 4;
    }

    @Override
    void perform(Action.PowerOff action, CallContext call, Platform platform, CallFacts facts) {
        if (isIsolated(action, call, platform)) {
            return;
        }
        platform.adapter().powerOff(action.target(), platform.powerOffGrace(), call);
        PowerState state = Platform.readBack(action, () -> platform.adapter().powerState(action.target(), call));
        if (state != PowerState.OFF) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED,
                    action.target() + " was powered off, but its power state reads " + state);
        }
    }

    /** A guest that powered itself off is confirmed by reading that; where it cannot be read, powering off will tell. */
    private static boolean isIsolated(Action.PowerOff action, CallContext call, Platform platform) {
        try {
            return platform.adapter().powerState(action.target(), call) == PowerState.OFF;
        } catch (AdapterException.Transient | AdapterException.OutcomeUnknown unreadable) {
            return false;
        }
    }

    @Override
    boolean isDone(Action.PowerOff action, CallContext call, Platform platform, CallFacts facts) {
        return platform.adapter().powerState(action.target(), call) == PowerState.OFF;
    }

    @Override
    void done(Action.PowerOff action, CenterState state, Instant begun, Instant now) {
        state.places().isOff(action.target(), now);
    }

    @Override
    List<Guard> guards() {
        return List.of(Guards.NOT_OFF_YET, Guards.MANAGED, Guards.NOT_WELL, Guards.NOT_SPLIT, Guards.READ_FIRST);
    }
}
