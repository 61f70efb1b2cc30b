package io.vmha.center.internal.execution;

import io.vmha.adapter.CallContext;
import io.vmha.center.internal.state.CenterState;
import io.vmha.model.HostHealth;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;

/** Moves a running VM to another host, and reads that it runs there. While that is not known it may be running on both. */
final class MigrateHandler extends ActionHandler<Action.Migrate> {
    MigrateHandler() {
        super(Action.Migrate.class);
    }

    @Override
    int maxCalls(Platform platform) {
        return 3;
    }

    @Override
    void perform(Action.Migrate action, CallContext call, Platform platform, CallFacts facts) {
        platform.adapter().migrate(action.target(), action.to(), call);
        platform.confirm(action.target(), action, call, reading -> PowerOnHandler.isOn(reading, action.to()));
    }

    @Override
    boolean isDone(Action.Migrate action, CallContext call, Platform platform, CallFacts facts) {
        return PowerOnHandler.isOn(platform.adapter().read(action.target(), call), action.to());
    }

    @Override
    void begins(Action.Migrate action, CenterState state) {
        state.places().mayMove(action.target(), action.to());
    }

    @Override
    void done(Action.Migrate action, CenterState state, Instant begun, Instant now) {
        boolean isUp = state.host(action.to())
                .filter(host -> host.health() != HostHealth.DOWN)
                .isPresent();
        if (isUp) {
            state.places().movedTo(action.target(), action.to());
        }
    }

    /** It does not run where it was to, and may be registered there all the same, where it was stopped meanwhile: it is read where it is. */
    @Override
    void notDone(Action.Migrate action, CenterState state) {
        state.places().notStarted(action.target(), action.to());
        state.places().lookFor(action.target());
    }

    @Override
    List<Guard> guards() {
        return List.of(
                Guards.MANAGED,
                Guards.NOT_SPLIT,
                Guards.RUNS_WHERE_IT_LEAVES,
                Guards.HOST_TAKES_VMS,
                Guards.KEEPS_APART,
                Guards.HAS_ROOM);
    }
}
