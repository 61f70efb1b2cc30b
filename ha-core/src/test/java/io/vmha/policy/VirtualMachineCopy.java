package io.vmha.policy;

import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.Optional;

/** Machines with one thing changed, for tests. */
final class VirtualMachineCopy {
    private VirtualMachineCopy() {}

    static VirtualMachine withLoad(VirtualMachine vm, double load) {
        return vm.withLoad(load);
    }

    /** A machine that is its own server serves its requests itself. */
    static VirtualMachine withServer(VirtualMachine vm, VmId server) {
        return vm.withServedBy(vm.id().equals(server) ? Optional.empty() : Optional.of(server));
    }

    static VirtualMachine offOn(VirtualMachine vm, HostId host) {
        return vm.withHost(host).withPower(PowerState.OFF);
    }
}
