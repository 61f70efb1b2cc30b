package io.vmha.center.internal.execution;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.MachineReading;
import io.vmha.center.internal.state.CenterState;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;

/** Sets what a VM is allocated, and reads that it has at least that. */
final class ReallocateHandler extends ActionHandler<Action.Reallocate> {
    ReallocateHandler() {
        super(Action.Reallocate.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 3;
    }

    @Override
    void perform(Action.Reallocate action, CallContext call, Platform platform, CallFacts facts) {
        platform.adapter().reallocate(action.target(), action.allocation(), call);
        platform.confirm(action.target(), action, call, reading -> has(reading, action));
    }

    /** A platform may round up to whole CPUs and pages. */
    private static boolean has(MachineReading reading, Action.Reallocate action) {
        return action.allocation().fitsIn(reading.allocation());
    }

    @Override
    boolean isDone(Action.Reallocate action, CallContext call, Platform platform, CallFacts facts) {
        return has(platform.adapter().read(action.target(), call), action);
    }

    @Override
    void done(Action.Reallocate action, CenterState state, Instant begun, Instant now) {
        state.places().allocated(action.target(), action.allocation());
    }

    @Override
    void unknown(Action.Reallocate action, CenterState state) {
        state.places().mayBeAllocated(action.target(), action.allocation());
    }

    @Override
    List<Guard> guards() {
        return List.of(Guards.MANAGED, Guards.HOST_RUNS, Guards.HAS_ROOM);
    }
}
