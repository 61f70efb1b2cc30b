package io.vmha.libvirt;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** The contract on real QEMU hosts. */
@Tag("lab")
class QemuContractTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        Lab lab = Lab.shared();
        lab.resetTo("vm1", Lab.H1);
        return new Testbed(lab, lab.adapter().build());
    }

    private record Testbed(Lab lab, HypervisorAdapter adapter) implements HypervisorTestbed {
        @Override
        public VmId vm() {
            return VmId.of("vm1");
        }

        @Override
        public HostId host() {
            return Lab.H1;
        }

        @Override
        public HostId otherHost() {
            return Lab.H2;
        }

        @Override
        public TemplateId template() {
            return TemplateId.of("golden");
        }

        @Override
        public Resources grown() {
            return Resources.of(2_000, 128);
        }

        @Override
        public Optional<VmId> neighbour() {
            return Optional.of(running("vm2", Lab.H1));
        }

        @Override
        public Optional<VmId> vmOnOtherHost() {
            return Optional.of(running("vm3", Lab.H2));
        }

        /** Most tests need no other guest, and starting one takes a while. */
        private VmId running(String guest, HostId home) {
            if (!lab.runs(home, guest)) {
                lab.addGuest(guest, home);
            }
            return VmId.of(guest);
        }

        @Override
        public Optional<AutoCloseable> hang() {
            long libvirtd = lab.pid(Lab.H1, "libvirtd");
            lab.signal("STOP", libvirtd);
            return Optional.of(() -> lab.signal("CONT", libvirtd));
        }

        @Override
        public Optional<PowerState> actualPower() {
            try (HypervisorAdapter another = lab.adapter().build()) {
                return Optional.of(another.powerState(vm(), CallContext.within(patience())));
            }
        }

        @Override
        public boolean powerOffPastTheAdapter() {
            try (HypervisorAdapter another = lab.adapter().build()) {
                another.powerOff(vm(), Duration.ZERO, CallContext.within(patience()));
            }
            return true;
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
