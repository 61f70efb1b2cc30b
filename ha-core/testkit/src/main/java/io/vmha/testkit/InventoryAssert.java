package io.vmha.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import org.assertj.core.api.AbstractAssert;

/** Hosts and VMs. Not thread-safe. */
public final class InventoryAssert extends AbstractAssert<InventoryAssert, Inventory> {

    InventoryAssert(Inventory actual) {
        super(actual, InventoryAssert.class);
    }

    /** Goes on with a VM, which must be there. */
    public VmAssert vm(String id) {
        isNotNull();
        return new VmAssert(
                this,
                actual.vm(VmId.of(id)).orElseThrow(() -> failure("Expecting a VM %s, but there are %s", id, actual)));
    }

    /** There is no such VM. */
    @CanIgnoreReturnValue
    public InventoryAssert hasNoVm(String id) {
        isNotNull();
        actual.vm(VmId.of(id)).ifPresent(found -> {
            throw failure("Expecting no VM %s, but there is %s", id, found);
        });
        return this;
    }

    /** The host's health is that. */
    @CanIgnoreReturnValue
    public InventoryAssert hostIs(String id, HostHealth health) {
        isNotNull();
        HostHealth found = actual.host(HostId.of(id))
                .orElseThrow(() -> failure("Expecting a host %s, but there are %s", id, actual))
                .health();
        if (found != health) {
            throw failure("Expecting host %s to be %s, but it is %s", id, health, found);
        }
        return this;
    }

    /** One VM. Not thread-safe. */
    public static final class VmAssert {
        private final InventoryAssert inventory;
        private final VirtualMachine vm;

        private VmAssert(InventoryAssert inventory, VirtualMachine vm) {
            this.inventory = inventory;
            this.vm = vm;
        }

        /** It is on, on that host. */
        @CanIgnoreReturnValue
        public VmAssert runsOn(String host) {
            return holds(vm.power() == PowerState.ON && vm.host().equals(HostId.of(host)), "to run on " + host);
        }

        /** It is off. */
        @CanIgnoreReturnValue
        public VmAssert isOff() {
            return holds(vm.power() == PowerState.OFF, "to be off");
        }

        /** Its health is that. */
        @CanIgnoreReturnValue
        public VmAssert is(VmHealth health) {
            return holds(vm.health() == health, "to be " + health);
        }

        /** Its requests go to that VM. */
        @CanIgnoreReturnValue
        public VmAssert isServedBy(String server) {
            return holds(vm.servedBy().filter(VmId.of(server)::equals).isPresent(), "to be served by " + server);
        }

        /** It serves its own requests. */
        @CanIgnoreReturnValue
        public VmAssert servesItself() {
            return holds(vm.servedBy().isEmpty(), "to serve itself");
        }

        /** Goes on with another VM. */
        public VmAssert vm(String id) {
            return inventory.vm(id);
        }

        private VmAssert holds(boolean is, String expected) {
            if (!is) {
                throw inventory.failure("Expecting VM %s %s, but it is %s", vm.id(), expected, vm);
            }
            return this;
        }
    }
}
