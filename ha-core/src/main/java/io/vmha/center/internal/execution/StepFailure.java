package io.vmha.center.internal.execution;

import io.vmha.adapter.AdapterException;
import io.vmha.center.journal.JournalEntry;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.policy.Reason;

/**
 * Why a step was not done. Immutable.
 *
 * @param reason the reason that a blocked decision gives
 * @param detail the words for a person
 */
public record StepFailure(Reason reason, String detail) {

    static StepFailure of(Action action, Throwable thrown) {
        return new StepFailure(reasonOf(action, thrown), "could not " + action + ": " + describe(thrown));
    }

    static StepFailure of(Verdict verdict) {
        return new StepFailure(verdict.reason(), verdict.detail());
    }

    /** What an earlier center wrote down. */
    static StepFailure of(JournalEntry.StepEnded ended) {
        boolean isFencing =
                ended.action().kind() == ActionKind.POWER_OFF || ended.action().kind() == ActionKind.FENCE_HOST;
        return new StepFailure(
                isFencing ? Reason.FENCING_FAILED : Reason.ACTION_FAILED,
                "could not " + ended.action() + ": " + ended.detail());
    }

    private static Reason reasonOf(Action action, Throwable thrown) {
        if (thrown instanceof Refused refused) {
            return refused.reason();
        }
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

    static String describe(Throwable thrown) {
        String what = thrown instanceof AdapterException known
                ? known.reason() + ": "
                : thrown instanceof Refused refused
                        ? refused.reason() + ": "
                        : thrown.getClass().getSimpleName() + ": ";
        return what + UserCode.said(thrown);
    }
}
