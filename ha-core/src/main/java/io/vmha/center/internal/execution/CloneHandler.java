package io.vmha.center.internal.execution;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.MachineReading;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.journal.Leftover;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes a VM anew from its template, powered off, and reads that this very step made it where the platform tells. */
final class CloneHandler extends ActionHandler<Action.CloneFromTemplate> {
    CloneHandler() {
        super(Action.CloneFromTemplate.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 3;
    }

    @Override
    void perform(Action.CloneFromTemplate action, CallContext call, Platform platform, CallFacts facts) {
        platform.adapter().cloneFromTemplate(action.template(), action.target(), action.on(), call);
        platform.confirm(
                action.target(),
                action,
                call,
                reading -> reading.host().equals(action.on()) && (!reading.tellsOrigin() || isMadeBy(reading, call)));
    }

    private static boolean isMadeBy(MachineReading reading, CallContext call) {
        return reading.madeBy()
                .filter(origin -> origin.step() == call.step() && call.plan().equals(Optional.of(origin.plan())))
                .isPresent();
    }

    @Override
    boolean isDone(Action.CloneFromTemplate action, CallContext call, Platform platform, CallFacts facts) {
        return isMadeBy(platform.adapter().read(action.target(), call), call);
    }

    @Override
    boolean mayRepeatUnread() {
        return true;
    }

    @Override
    void done(Action.CloneFromTemplate action, CenterState state, Instant begun, Instant now) {
        state.vm(action.target())
                .ifPresent(vm -> state.leftovers()
                        .leftBehind(new Leftover(action.target(), vm.seen().host(), "what its clone replaced", now)));
        state.places().cloned(action.target(), action.on());
    }

    @Override
    void inUse(Action.CloneFromTemplate action, CenterState state) {
        state.places().lookFor(action.target());
    }

    @Override
    void unresolved(Action.CloneFromTemplate action, CenterState state, Instant now) {
        state.leftovers().leftBehind(new Leftover(action.target(), action.on(), "a clone that may be half made", now));
    }

    @Override
    List<Guard> guards() {
        return List.of(
                Guards.WANTED,
                Guards.NOT_SPLIT,
                Guards.OFF_ITSELF,
                Guards.HOST_TAKES_VMS,
                Guards.KEEPS_APART,
                Guards.HAS_ROOM,
                Guards.NOT_PUT_OFF);
    }
}
