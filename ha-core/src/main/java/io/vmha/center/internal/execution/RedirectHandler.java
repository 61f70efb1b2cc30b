package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/** Sends requests to another VM, and reads that they go there. */
final class RedirectHandler extends ActionHandler<Action.Redirect> {
    RedirectHandler() {
        super(Action.Redirect.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 4;
    }

    @Override
    void perform(Action.Redirect action, CallContext call, Platform platform, CallFacts facts) {
        facts.database().ifPresent(database -> requireWriter(action, database, call));
        if (facts.readsServer()) {
            requireLeavesNoWriter(action, call, platform, facts.mayBeLeft());
        }
        platform.trafficDirector().route(action.owner(), action.server(), call);
        VmId server = Platform.readBack(action, () -> platform.trafficDirector().serverOf(action.owner(), call));
        if (!server.equals(action.server())) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED,
                    "requests of " + action.owner() + " were sent to " + action.server() + ", but go to " + server);
        }
    }

    /** A role that was seen a while ago may be another now. */
    private static void requireWriter(Action.Redirect action, DatabaseFacts database, CallContext call) {
        if (!database.writes(database.read(call))) {
            throw new AdapterException.Transient(
                    AdapterException.Cause.BUSY,
                    "database " + database.member() + " of " + action.server() + " is not seen to accept writes");
        }
    }

    /** What is believed of where requests go may be wrong after an unknown outcome: what counts is what is read. */
    private static void requireLeavesNoWriter(
            Action.Redirect action, CallContext call, Platform platform, Predicate<VmId> mayBeLeft) {
        VmId server = platform.trafficDirector().serverOf(action.owner(), call);
        if (!server.equals(action.server()) && !mayBeLeft.test(server)) {
            throw new AdapterException.Permanent(
                    AdapterException.Cause.IN_USE,
                    "requests of " + action.owner() + " go to " + server + ", which is not confirmed off");
        }
    }

    @Override
    boolean isDone(Action.Redirect action, CallContext call, Platform platform, CallFacts facts) {
        return platform.trafficDirector().serverOf(action.owner(), call).equals(action.server());
    }

    @Override
    void done(Action.Redirect action, CenterState state, Instant begun, Instant now) {
        state.routes().routed(action.owner(), action.server());
    }

    @Override
    void unknown(Action.Redirect action, CenterState state) {
        state.routes().doubted(action.owner());
    }

    @Override
    List<Guard> guards() {
        return List.of(Guards.TARGET_SERVES, Guards.SERVER_OFF, Guards.NOT_LAGGING, DatabaseGuards.AT_THE_WRITER);
    }
}
