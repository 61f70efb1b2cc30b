package io.vmha.center.internal.execution;

import static com.google.common.collect.ImmutableSet.toImmutableSet;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.MachineReading;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.journal.OpenFault;
import io.vmha.fault.FaultEnd;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Powers a VM on, on one host, and reads that it runs there. Its faults are over then: it was started anew. */
final class PowerOnHandler extends ActionHandler<Action.PowerOn> {
    PowerOnHandler() {
        super(Action.PowerOn.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 3;
    }

    @Override
    void perform(Action.PowerOn action, CallContext call, Platform platform, CallFacts facts) {
        platform.adapter().powerOn(action.target(), action.on(), call);
        platform.confirm(action.target(), action, call, reading -> isOn(reading, action.on()));
    }

    static boolean isOn(MachineReading reading, HostId host) {
        return reading.host().equals(host) && reading.power() == PowerState.ON;
    }

    @Override
    boolean isDone(Action.PowerOn action, CallContext call, Platform platform, CallFacts facts) {
        return isOn(platform.adapter().read(action.target(), call), action.on());
    }

    @Override
    boolean mayRepeatUnread() {
        return true;
    }

    @Override
    void begins(Action.PowerOn action, CenterState state) {
        state.places().mayMove(action.target(), action.on());
    }

    /** A VM that was started on a host which is known to be lost by now has been lost with it. */
    @Override
    void done(Action.PowerOn action, CenterState state, Instant begun, Instant now) {
        if (!state.runsVms(action.on())) {
            return;
        }
        // It was off when this began: what its guest failed by later, it has failed by anew. That it is on now is read.
        Set<OpenFault> ended = state.vm(action.target()).stream()
                .flatMap(vm -> vm.faults().stream())
                .filter(fault -> isClosedByRunning(fault) || isOfItsLifeBefore(fault.report(), begun, state))
                .collect(toImmutableSet());
        state.health().poweredOn(action.target(), begun);
        state.places().runsOn(action.target(), action.on());
        // Its silence was that of its life before.
        state.health().suspected(action.target(), false);
        state.health().closed(action.target(), ended::contains, now);
    }

    private static boolean isClosedByRunning(OpenFault fault) {
        return fault.report().kind().closedBy(FaultKind.Scope.VM).contains(FaultEnd.SEEN_RUNNING);
    }

    /** Somebody else may have started it before: this start then found it running, and changed nothing about its guest. */
    private static boolean isOfItsLifeBefore(FaultReport report, Instant begun, CenterState state) {
        boolean isOfAnotherStart = report.subject()
                .asVm()
                .filter(vm -> state.places().isOfAnotherStart(vm, report))
                .isPresent();
        return !isOfAnotherStart && !report.observedAt().isAfter(begun);
    }

    @Override
    void notDone(Action.PowerOn action, CenterState state) {
        state.places().notStarted(action.target(), action.on());
    }

    @Override
    void inUse(Action.PowerOn action, CenterState state) {
        state.places().lookFor(action.target());
    }

    /** It may run well by now: it is read before anything is done about it. */
    @Override
    void unknown(Action.PowerOn action, CenterState state) {
        state.places().lookFor(action.target());
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
                Guards.REQUESTS_LEFT,
                Guards.NOT_PUT_OFF);
    }
}
