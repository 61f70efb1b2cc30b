package io.vmha.libvirt;

import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.HypervisorAdapterContractTest;
import io.vmha.testkit.contract.HypervisorTestbed;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The contract on two nodes of libvirt's test driver. */
class TestDriverContractTest extends HypervisorAdapterContractTest {
    @TempDir
    Path folder;

    @Override
    protected HypervisorTestbed newTestbed() {
        TestNode first = new TestNode()
                .size(8, 16_384)
                .running("db1", TestNode.vm("DATABASE", "template='db-template'"))
                .running("db2", TestNode.vm("DATABASE", ""))
                .off("db-golden", TestNode.template("db-template"));
        TestNode second = new TestNode()
                .size(8, 16_384)
                .running("db3", TestNode.vm("DATABASE", ""))
                .off("db-golden", TestNode.template("db-template"));
        LibvirtAdapter adapter = LibvirtAdapter.builder()
                .host(HostId.of("h1"), first.writeTo(folder))
                .host(HostId.of("h2"), second.writeTo(folder))
                .build();
        return new Testbed(adapter);
    }

    private record Testbed(HypervisorAdapter adapter) implements HypervisorTestbed {
        @Override
        public VmId vm() {
            return VmId.of("db1");
        }

        @Override
        public HostId host() {
            return HostId.of("h1");
        }

        @Override
        public HostId otherHost() {
            return HostId.of("h2");
        }

        @Override
        public TemplateId template() {
            return TemplateId.of("db-template");
        }

        @Override
        public Resources grown() {
            return Resources.of(4_000, 2_048);
        }

        @Override
        public Optional<VmId> neighbour() {
            return Optional.of(VmId.of("db2"));
        }

        @Override
        public Optional<VmId> vmOnOtherHost() {
            return Optional.of(VmId.of("db3"));
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
