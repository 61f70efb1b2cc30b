package io.vmha.center.internal;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.internal.execution.ExecutorParts;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.model.VmId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the hypervisor which of the VMs that were started serve by now, so that it gives them the weight of what serves. No plan
 * waits for that and none fails by it: what cannot be told the adapter ends by itself. Confined to the center's loop.
 */
final class StartedVms {
    private static final Logger LOG = LoggerFactory.getLogger(StartedVms.class);

    private final ExecutorParts parts;
    private final HypervisorAdapter adapter;
    private final BooleanSupplier isActing;
    private final Set<VmId> starting = new HashSet<>();

    /** Makes one that knows of no start. */
    StartedVms(ExecutorParts parts, HypervisorAdapter adapter, BooleanSupplier isActing) {
        this.parts = parts;
        this.adapter = adapter;
        this.isActing = isActing;
    }

    /** A VM was powered on. */
    void started(VmId vm) {
        starting.add(vm);
    }

    /** A VM was powered off. */
    void stopped(VmId vm) {
        starting.remove(vm);
    }

    /** Requests go to a VM now; one that has its own back may have been started by a center before this one. */
    void redirected(VmId owner, VmId server) {
        if (starting.remove(server) || owner.equals(server)) {
            tell(server, 1);
        }
    }

    /** A VM was heard from, or somebody says that it is well. */
    void heard(VmId vm) {
        if (starting.remove(vm)) {
            tell(vm, 1);
        }
    }

    private void tell(VmId vm, int attempt) {
        CallContext call = CallContext.within(parts.config().actionDeadline(), Optional.empty(), 0, parts.epoch());
        parts.scheduler()
                .call(
                        () -> adapter.serves(vm, call),
                        thrown -> thrown.ifPresent(failed -> failed(vm, attempt, failed)));
    }

    /** A VM that was started again meanwhile does not serve yet, and is told of later. */
    private void failed(VmId vm, int attempt, Throwable thrown) {
        boolean mayHelp = thrown instanceof AdapterException && !(thrown instanceof AdapterException.Permanent);
        if (mayHelp && attempt < parts.config().retry().maxAttempts() && isActing.getAsBoolean()) {
            parts.scheduler().schedule(parts.config().retry().backoffAfter(attempt, parts.random()), () -> {
                if (!starting.contains(vm) && isActing.getAsBoolean()) {
                    tell(vm, attempt + 1);
                }
            });
        } else if (thrown instanceof AdapterException) {
            LOG.warn("the hypervisor was not told that VM {} serves: {}", vm, UserCode.said(thrown));
        } else {
            UserCode.log(LOG, "an adapter threw what is no AdapterException, told that VM " + vm + " serves", thrown);
        }
    }
}
