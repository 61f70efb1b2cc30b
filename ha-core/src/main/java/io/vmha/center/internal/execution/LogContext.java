package io.vmha.center.internal.execution;

import io.vmha.plan.Action;
import io.vmha.plan.PlanId;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * SLF4J's diagnostic context while something is done for a plan: what is logged then can be found by epoch, plan and VM. The keys are
 * a contract, told in the guide.
 */
final class LogContext {
    private static final String EPOCH = "vmha.epoch";
    private static final String PLAN = "vmha.plan";
    private static final String VM = "vmha.vm";

    private LogContext() {}

    /** Runs a task in it; afterwards the context of this thread is what it was before, whatever the task threw. */
    static void during(long epoch, PlanId plan, Action action, Runnable task) {
        @Nullable String epochBefore = MDC.get(EPOCH);
        @Nullable String planBefore = MDC.get(PLAN);
        @Nullable String vmBefore = MDC.get(VM);
        put(EPOCH, Long.toString(epoch));
        put(PLAN, plan.toString());
        put(VM, action.vm().map(Object::toString).orElse(null));
        try {
            task.run();
        } finally {
            put(EPOCH, epochBefore);
            put(PLAN, planBefore);
            put(VM, vmBefore);
        }
    }

    private static void put(String key, @Nullable String value) {
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
    }
}
