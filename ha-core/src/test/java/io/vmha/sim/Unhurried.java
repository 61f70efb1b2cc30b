package io.vmha.sim;

import io.vmha.adapter.CallContext;
import java.time.Duration;

/**
 * Calls in virtual time. A call's instant is on the clock of the process, which goes on while the simulation's stands still: on a machine that gives
 * it little time, a call of a few virtual milliseconds would come too late by that, and a seed would not replay.
 */
final class Unhurried {
    private static final Duration LONG = Duration.ofDays(1);

    private Unhurried() {}

    /** The same call, which real time does not end. */
    static CallContext of(CallContext call) {
        return CallContext.within(LONG, call.plan(), call.step(), call.epoch());
    }
}
