package io.vmha.adapter.haproxy;

import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.TrafficDirectorContractTest;
import io.vmha.testkit.contract.TrafficTestbed;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** A real HAProxy with real servers behind it. */
@Tag("lab")
class HaproxyContractTest extends TrafficDirectorContractTest {

    @Override
    protected TrafficTestbed newTestbed() {
        return new Testbed(new HaproxyLab());
    }

    private record Testbed(HaproxyLab lab) implements TrafficTestbed {
        @Override
        public TrafficDirector director() {
            return lab.director();
        }

        @Override
        public TrafficDirector newDirector() {
            return lab.director();
        }

        @Override
        public VmId vm() {
            return HaproxyLab.MW11;
        }

        @Override
        public VmId other() {
            return HaproxyLab.MW21;
        }

        @Override
        public VmId standby() {
            return HaproxyLab.MW31;
        }

        @Override
        public VmId answererOf(VmId owner) {
            return lab.answererOf(owner);
        }

        @Override
        public Optional<AutoCloseable> hang() {
            return Optional.of(lab.hang());
        }

        @Override
        public void close() {
            lab.close();
        }
    }
}
