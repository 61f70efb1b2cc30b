package io.vmha.center.internal.execution;

import io.vmha.plan.Action;

/** Judges whether an action may have its effect now. Reads what is known and changes nothing; on the center's loop. */
@FunctionalInterface
interface Guard {
    /** Returns what it says of the action. */
    Verdict judge(Action action, GuardContext context);
}
