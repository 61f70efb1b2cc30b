package io.vmha.center.internal.execution;

import io.vmha.adapter.CallContext;
import io.vmha.center.internal.state.CenterState;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes a database accept no more writes, so that another may. */
final class DemoteHandler extends ActionHandler<Action.Demote> {
    DemoteHandler() {
        super(Action.Demote.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 2;
    }

    @Override
    void perform(Action.Demote action, CallContext call, Platform platform, CallFacts facts) {
        platform.promoter().demote(action.target(), call);
    }

    /** A demotion is repeated where its outcome is not known: it changes nothing where it was done. */
    @Override
    boolean isDone(Action.Demote action, CallContext call, Platform platform) {
        return false;
    }

    @Override
    void done(Action.Demote action, CenterState state, Instant begun, Instant now) {
        state.vm(action.target()).ifPresent(vm -> {
            Set<String> members = new TreeSet<>(state.mayWrite(vm.seen().type()));
            members.remove(state.memberOf(vm.seen()));
            state.mayWrite(vm.seen().type(), members);
        });
    }

    @Override
    List<Guard> guards() {
        return List.of(Guards.MAY_WRITE, Guards.SUCCESSOR_READY);
    }
}
