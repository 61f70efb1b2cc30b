package io.vmha.libvirt;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.FaultSource;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.FaultSourceContractTest;
import io.vmha.testkit.contract.FaultSourceTestbed;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** The contract of fault sources on real QEMU hosts: guests whose process is killed. */
@Tag("lab")
class QemuFaultSourceContractTest extends FaultSourceContractTest {

    @Override
    protected FaultSourceTestbed newTestbed() {
        Lab lab = Lab.shared();
        lab.resetTo("vm1", Lab.H1);
        lab.addGuest("vm2", Lab.H2);
        LibvirtAdapter adapter = lab.adapter().build();
        adapter.discover(CallContext.within(Duration.ofMinutes(1)));
        return new Testbed(lab, adapter);
    }

    private static final class Testbed implements FaultSourceTestbed {
        private final Lab lab;
        private final LibvirtAdapter adapter;
        private final Map<String, HostId> well = new LinkedHashMap<>(Map.of("vm1", Lab.H1, "vm2", Lab.H2));

        private Testbed(Lab lab, LibvirtAdapter adapter) {
            this.lab = lab;
            this.adapter = adapter;
        }

        @Override
        public FaultSource source() {
            return adapter.faultSource();
        }

        @Override
        public FaultSubject fail() {
            String guest = well.keySet().iterator().next();
            lab.signal("KILL", lab.pid(well.remove(guest), "guest=" + guest));
            return new FaultSubject.OfVm(VmId.of(guest));
        }

        @Override
        public Optional<Runnable> closesAdapter() {
            return Optional.of(adapter::close);
        }

        @Override
        public Duration patience() {
            return Duration.ofMinutes(1);
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
