package io.vmha.vsphere;

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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** The contract on VMware's API simulator. */
@Tag("lab")
class VcsimContractTest extends HypervisorAdapterContractTest {

    @Override
    protected HypervisorTestbed newTestbed() {
        Vcsim vcsim = Vcsim.small();
        return new Testbed(vcsim, vcsim.adapter().build());
    }

    private record Testbed(Vcsim vcsim, HypervisorAdapter adapter) implements HypervisorTestbed {
        @Override
        public VmId vm() {
            return VmId.of("primary-h1-vm1");
        }

        @Override
        public HostId host() {
            return HostId.of("primary-h1");
        }

        @Override
        public HostId otherHost() {
            return HostId.of("primary-h2");
        }

        @Override
        public TemplateId template() {
            return TemplateId.of("template-1");
        }

        @Override
        public Resources grown() {
            return Resources.of(2_000, 2_048);
        }

        @Override
        public Optional<VmId> neighbour() {
            return Optional.of(VmId.of("primary-h1-vm2"));
        }

        @Override
        public Optional<VmId> vmOnOtherHost() {
            return Optional.of(VmId.of("primary-h2-vm1"));
        }

        @Override
        public List<String> secrets() {
            return List.of(vcsim.password());
        }

        /** To a vCenter server, a host that hangs is one that does not respond. */
        @Override
        public Optional<AutoCloseable> hang() {
            vcsim.control("host-fail?name=primary-h1");
            return Optional.of(() -> vcsim.control("host-ok?name=primary-h1"));
        }

        @Override
        public Optional<PowerState> actualPower() {
            try (HypervisorAdapter another = vcsim.adapter().build()) {
                return Optional.of(another.powerState(vm(), CallContext.within(patience())));
            }
        }

        @Override
        public boolean powerOffPastTheAdapter() {
            try (HypervisorAdapter another = vcsim.adapter().build()) {
                another.powerOff(vm(), Duration.ZERO, CallContext.within(patience()));
            }
            return true;
        }

        @Override
        public void close() {
            adapter.close();
            vcsim.close();
        }
    }
}
