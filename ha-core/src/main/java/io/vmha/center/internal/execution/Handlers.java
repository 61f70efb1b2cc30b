package io.vmha.center.internal.execution;

import io.vmha.adapter.CallContext;
import io.vmha.center.internal.state.CenterState;
import io.vmha.plan.Action;
import java.time.Instant;

/** The handler of each kind of action. Stateless. */
final class Handlers {
    private static final PowerOffHandler POWER_OFF = new PowerOffHandler();
    private static final FenceHostHandler FENCE_HOST = new FenceHostHandler();
    private static final RedirectHandler REDIRECT = new RedirectHandler();
    private static final PowerOnHandler POWER_ON = new PowerOnHandler();
    private static final ReallocateHandler REALLOCATE = new ReallocateHandler();
    private static final MigrateHandler MIGRATE = new MigrateHandler();
    private static final CloneHandler CLONE = new CloneHandler();
    private static final PromoteHandler PROMOTE = new PromoteHandler();
    private static final DemoteHandler DEMOTE = new DemoteHandler();
    private static final DeleteLeftoversHandler DELETE_LEFTOVERS = new DeleteLeftoversHandler();
    private static final RejoinHandler REJOIN = new RejoinHandler();

    private Handlers() {}

    static Bound<?> of(Action action) {
        return switch (action.kind()) {
            case POWER_OFF -> new Bound<>(POWER_OFF, action);
            case FENCE_HOST -> new Bound<>(FENCE_HOST, action);
            case REDIRECT -> new Bound<>(REDIRECT, action);
            case POWER_ON -> new Bound<>(POWER_ON, action);
            case REALLOCATE -> new Bound<>(REALLOCATE, action);
            case MIGRATE -> new Bound<>(MIGRATE, action);
            case CLONE -> new Bound<>(CLONE, action);
            case PROMOTE -> new Bound<>(PROMOTE, action);
            case DEMOTE -> new Bound<>(DEMOTE, action);
            case DELETE_LEFTOVERS -> new Bound<>(DELETE_LEFTOVERS, action);
            case REJOIN -> new Bound<>(REJOIN, action);
        };
    }

    /** A handler with its action. */
    static final class Bound<A extends Action> {
        private final ActionHandler<A> handler;
        private final A action;

        private Bound(ActionHandler<A> handler, Action action) {
            this.handler = handler;
            this.action = handler.cast(action);
        }

        int maxCalls(Platform platform) {
            return handler.maxCalls(platform);
        }

        void perform(CallContext call, Platform platform, CallFacts facts) {
            handler.perform(action, call, platform, facts);
        }

        boolean isDone(CallContext call, Platform platform, CallFacts facts) {
            return handler.isDone(action, call, platform, facts);
        }

        boolean mayRepeatUnread() {
            return handler.mayRepeatUnread();
        }

        void begins(CenterState state) {
            handler.begins(action, state);
        }

        void takenUp(CenterState state) {
            handler.takenUp(action, state);
        }

        void foundDone(CenterState state) {
            handler.foundDone(action, state);
        }

        void done(CenterState state, Instant begun, Instant now) {
            handler.done(action, state, begun, now);
        }

        void unresolved(CenterState state, Instant now) {
            handler.unresolved(action, state, now);
        }

        void inUse(CenterState state) {
            handler.inUse(action, state);
        }

        void notDone(CenterState state) {
            handler.notDone(action, state);
        }

        void unknown(CenterState state) {
            handler.unknown(action, state);
        }

        Verdict judge(GuardContext context) {
            for (Guard guard : Guards.FOR_ALL) {
                Verdict verdict = guard.judge(action, context);
                if (!verdict.passes()) {
                    return verdict;
                }
            }
            for (Guard guard : handler.knownGuards()) {
                Verdict verdict = guard.judge(action, context);
                if (!verdict.passes()) {
                    return verdict;
                }
            }
            return Verdict.PASS;
        }
    }
}
