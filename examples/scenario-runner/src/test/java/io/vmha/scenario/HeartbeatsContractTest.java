package io.vmha.scenario;

import io.vmha.detection.SecondCheck;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.SecondCheckContractTest;
import io.vmha.testkit.contract.SecondCheckTestbed;
import java.time.Instant;
import java.util.Optional;

class HeartbeatsContractTest extends SecondCheckContractTest {

    @Override
    protected SecondCheckTestbed newTestbed() {
        return new Testbed();
    }

    private static final class Testbed implements SecondCheckTestbed {
        private final SimulatedWorld world =
                new SimulatedWorld(ScenarioFiles.read("").inventory());
        private final Heartbeats heartbeats = new Heartbeats(world);

        @Override
        public SecondCheck check() {
            return heartbeats;
        }

        @Override
        public VmId vm() {
            return VmId.of("mw1");
        }

        @Override
        public HostId host() {
            return HostId.of("h1");
        }

        @Override
        public VmId otherVm() {
            return VmId.of("mw2");
        }

        @Override
        public HostId otherHost() {
            return HostId.of("h2");
        }

        @Override
        public boolean seesLife() {
            return true;
        }

        @Override
        public void powerOff() {
            world.happens(FaultReport.ofVm(vm(), FaultKind.POWERED_OFF, Instant.EPOCH, "scenario", 0));
        }

        @Override
        public boolean hangGuest() {
            heartbeats.silence(new FaultSubject.OfVm(vm()));
            return true;
        }

        @Override
        public Optional<AutoCloseable> silenceHost() {
            FaultSubject host = new FaultSubject.OfHost(host());
            heartbeats.silence(host);
            return Optional.of(() -> heartbeats.hear(host));
        }

        @Override
        public void close() {}
    }
}
