package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.internal.state.CenterState;
import io.vmha.plan.Action;
import java.time.Instant;
import java.util.List;

/**
 * All that is particular to one kind of action: the call, how it is read back, what it changes of what is known, and the guards
 * that it needs. A new kind is one class. Stateless; confined to the center's loop, except its calls.
 *
 * @param <A> the action
 */
abstract class ActionHandler<A extends Action> {
    private final Class<A> type;
    /** What {@link #guards} returns, made once. */
    private List<Guard> guards = List.of();

    ActionHandler(Class<A> type) {
        this.type = type;
    }

    /** What must hold at its effect; the same at every call. */
    final List<Guard> knownGuards() {
        if (guards.isEmpty()) {
            guards = List.copyOf(guards());
        }
        return guards;
    }

    final A cast(Action action) {
        return type.cast(action);
    }

    /** How many calls, each with the whole deadline, carrying it out may take, a probe included. */
    abstract int maxCalls(Platform platform);

    /** Makes the call and reads it back; throws an {@link AdapterException} where it is not done, or not known to be. Blocks. */
    abstract void perform(A action, CallContext call, Platform platform, CallFacts facts);

    /**
     * Whether it is done already, read from the outside world. Blocks.
     *
     * @throws AdapterException if that cannot be read now
     */
    abstract boolean isDone(A action, CallContext call, Platform platform, CallFacts facts);

    /** Whether trying again is safe where what became of an earlier try cannot be read, since what is placed anew is refused twice. */
    boolean mayRepeatUnread() {
        return false;
    }

    /** What its call may make true, noted before it is made. */
    void begins(A action, CenterState state) {}

    /** An earlier center began it, and what became of it is found out from now on. */
    void takenUp(A action, CenterState state) {}

    /** A guard found that it is done, so that it is not begun: an earlier try, of this center or another, may have done it. */
    void foundDone(A action, CenterState state) {}

    /**
     * What is true now that it is done.
     *
     * @param begun when its first try began: what was observed later may have happened since
     */
    abstract void done(A action, CenterState state, Instant begun, Instant now);

    /** A call was refused since the VM is in use: it may be running somewhere, whatever was believed. */
    void inUse(A action, CenterState state) {}

    /** What is true now that it is surely not done. */
    void notDone(A action, CenterState state) {}

    /** What it may have left on the platform, where a try whose outcome was not known is given up. */
    void unresolved(A action, CenterState state, Instant now) {}

    /** What is true now that what became of it can no longer be read. */
    void unknown(A action, CenterState state) {}

    /** What must hold at its effect, besides what must hold for every action, in the order in which it is told. */
    abstract List<Guard> guards();
}
