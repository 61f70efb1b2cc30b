package io.vmha.center.internal.state;

import io.vmha.center.journal.VmState;
import io.vmha.model.DesiredState;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Computes how a policy sees a VM: what is observed, with the pending effects of open plans. Pure functions. */
final class Projector {
    private Projector() {}

    /**
     * Returns the VM as a policy sees it.
     *
     * @param vm what is known and wanted of it
     * @param pending what open plans are still to do about it
     * @param takesPlace whether the pending place is on a host that still takes it
     * @param server the VM that serves its requests, or is about to; null for itself
     * @param load the load that it carries, with the requests of others
     */
    static VirtualMachine project(
            VmRecord vm, PendingEffects pending, boolean takesPlace, @Nullable VmId server, double load) {
        PowerState power = power(vm, pending, takesPlace);
        VirtualMachine projected = vm.seen.withPower(power).withHealth(health(vm, power));
        if (takesPlace) {
            projected = projected.withHost(pending.place().orElseThrow());
        }
        if (pending.allocation().isPresent()) {
            projected = projected.withAllocation(pending.allocation().get());
        }
        if (server != null) {
            projected = projected.withServedBy(server);
        }
        if (vm.is(VmState.Flag.LAG_ACCEPTED)) {
            projected = projected.withReplicationLagUnknown(false).withReplicationLag(Optional.empty());
        }
        return projected.withLoad(load);
    }

    /** A VM that is to be placed takes its room there, and does not serve before it runs; one that migrates runs on. */
    private static PowerState power(VmRecord vm, PendingEffects pending, boolean takesPlace) {
        if (takesPlace && pending.isMigrating() && !vm.mayRunOn.isEmpty()) {
            return vm.seen.power() == PowerState.OFF ? PowerState.UNKNOWN : vm.seen.power();
        }
        PowerState power = vm.power();
        return takesPlace && power == PowerState.ON ? PowerState.UNKNOWN : power;
    }

    private static VmHealth health(VmRecord vm, PowerState power) {
        if (!vm.faults.isEmpty()) {
            return VmHealth.FAILED;
        }
        if (vm.desired == DesiredState.OFF || power == PowerState.OFF) {
            return VmHealth.STOPPED;
        }
        return vm.isSuspect || vm.is(VmState.Flag.SPLIT_BRAIN) ? VmHealth.SUSPECT : VmHealth.HEALTHY;
    }
}
