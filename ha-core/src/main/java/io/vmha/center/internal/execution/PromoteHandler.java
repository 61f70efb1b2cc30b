package io.vmha.center.internal.execution;

import io.vmha.adapter.CallContext;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.VmType;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes a database accept writes, once no other one may. */
final class PromoteHandler extends ActionHandler<Action.Promote> {
    PromoteHandler() {
        super(Action.Promote.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 2;
    }

    @Override
    void perform(Action.Promote action, CallContext call, Platform platform, CallFacts facts) {
        platform.promoter().promote(action.target(), call);
    }

    /** A promotion is repeated where its outcome is not known: it changes nothing where it was done. */
    @Override
    boolean isDone(Action.Promote action, CallContext call, Platform platform) {
        return false;
    }

    /** From now on both may write, until it is known that it is done. */
    @Override
    void begins(Action.Promote action, CenterState state) {
        state.vm(action.target()).ifPresent(vm -> {
            VmType type = vm.seen().type();
            Set<String> members = new TreeSet<>(state.mayWrite(type));
            members.add(state.memberOf(vm.seen()));
            state.mayWrite(type, members);
        });
    }

    @Override
    void done(Action.Promote action, CenterState state, Instant begun, Instant now) {
        state.vm(action.target()).ifPresent(vm -> state.mayWrite(vm.seen().type(), Set.of(state.memberOf(vm.seen()))));
    }

    @Override
    List<Guard> guards() {
        return List.of(Guards.NOT_LAGGING, Guards.NO_OTHER_WRITER);
    }
}
