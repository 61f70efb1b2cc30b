package io.vmha.scenario;

import io.vmha.model.DesiredState;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import java.util.Optional;

/**
 * A VM as a scenario declares it.
 *
 * @param vm the VM
 * @param desired what is wanted of it, where that is not what its power says
 */
record DeclaredVm(VirtualMachine vm, Optional<DesiredState> desired) {

    static DeclaredVm of(VirtualMachine vm, Optional<DesiredState> desired) {
        DesiredState byPower = vm.power() == PowerState.OFF ? DesiredState.OFF : DesiredState.RUNNING;
        return new DeclaredVm(vm, desired.filter(wanted -> wanted != byPower));
    }
}
