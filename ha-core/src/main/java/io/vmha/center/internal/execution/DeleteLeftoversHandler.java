package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.internal.state.CenterState;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;

/** Deletes what replacements of a VM left behind on a host, and reads that nothing of it is left. */
final class DeleteLeftoversHandler extends ActionHandler<Action.DeleteLeftovers> {
    DeleteLeftoversHandler() {
        super(Action.DeleteLeftovers.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 3;
    }

    @Override
    void perform(Action.DeleteLeftovers action, CallContext call, Platform platform, CallFacts facts) {
        platform.adapter().deleteLeftovers(action.target(), action.on(), call);
        List<String> left =
                Platform.readBack(action, () -> platform.adapter().leftovers(action.target(), action.on(), call));
        if (!left.isEmpty()) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED, "accepted to " + action + ", but there are still " + left);
        }
    }

    @Override
    boolean isDone(Action.DeleteLeftovers action, CallContext call, Platform platform, CallFacts facts) {
        return platform.adapter().leftovers(action.target(), action.on(), call).isEmpty();
    }

    /** The center lists nothing any more; what a later replacement leaves is listed anew. */
    @Override
    void done(Action.DeleteLeftovers action, CenterState state, Instant begun, Instant now) {
        state.leftovers().deleted(action.target(), action.on(), begun);
    }

    @Override
    List<Guard> guards() {
        return List.of(Guards.NOTHING_ELSE_WANTED);
    }
}
