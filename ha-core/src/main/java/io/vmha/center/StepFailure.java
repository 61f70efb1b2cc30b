package io.vmha.center;

import io.vmha.adapter.AdapterException;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.policy.Reason;

/** Why a step was not done: the reason that a blocked decision gives, and the words for a person. */
record StepFailure(Reason reason, String detail) {

    static StepFailure of(Action action, RuntimeException thrown) {
        return new StepFailure(reasonOf(action, thrown), "could not " + action + ": " + describe(thrown));
    }

    private static Reason reasonOf(Action action, RuntimeException thrown) {
        boolean stillWrites = action.kind() == ActionKind.REDIRECT
                && thrown instanceof AdapterException inUse
                && inUse.reason() == AdapterException.Cause.IN_USE;
        if (action.kind() == ActionKind.POWER_OFF || action.kind() == ActionKind.FENCE_HOST || stillWrites) {
            return Reason.FENCING_FAILED;
        }
        if (thrown instanceof AdapterException known && known.reason() == AdapterException.Cause.NO_CAPACITY) {
            return Reason.NO_CAPACITY;
        }
        if (thrown instanceof AdapterException known && known.reason() == AdapterException.Cause.INCOMPATIBLE_CPU) {
            return Reason.INCOMPATIBLE_CPU;
        }
        return Reason.ACTION_FAILED;
    }

    static String describe(RuntimeException thrown) {
        String what = thrown instanceof AdapterException known ? known.reason() + ": " : "";
        return what + thrown.getMessage();
    }
}
