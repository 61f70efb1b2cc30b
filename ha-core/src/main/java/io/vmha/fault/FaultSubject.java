package io.vmha.fault;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.function.Function;

/** What a report is about: a virtual machine or a host. */
public sealed interface FaultSubject permits FaultSubject.OfVm, FaultSubject.OfHost {

    /** Returns the result of the function that fits this subject. */
    <R> R fold(Function<VmId, R> vm, Function<HostId, R> host);

    /** Which of the two it is. */
    FaultKind.Scope scope();

    /**
     * A virtual machine.
     *
     * @param vm its id
     */
    record OfVm(VmId vm) implements FaultSubject {
        @Override
        public <R> R fold(Function<VmId, R> onVm, Function<HostId, R> onHost) {
            return onVm.apply(vm);
        }

        @Override
        public FaultKind.Scope scope() {
            return FaultKind.Scope.VM;
        }

        @Override
        public String toString() {
            return vm.toString();
        }
    }

    /**
     * A host.
     *
     * @param host its id
     */
    record OfHost(HostId host) implements FaultSubject {
        @Override
        public <R> R fold(Function<VmId, R> onVm, Function<HostId, R> onHost) {
            return onHost.apply(host);
        }

        @Override
        public FaultKind.Scope scope() {
            return FaultKind.Scope.HOST;
        }

        @Override
        public String toString() {
            return host.toString();
        }
    }
}
