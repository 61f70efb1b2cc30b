package example;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.TrafficDirectorContractTest;
import io.vmha.testkit.contract.TrafficTestbed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

class FolderRoutesContractTest extends TrafficDirectorContractTest {
    @Override
    protected TrafficTestbed newTestbed() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "routes");
            FolderPlatform.created(folder).close();
            return new Testbed(folder, new FolderRoutes(folder));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private record Testbed(Path folder, TrafficDirector director) implements TrafficTestbed {
        @Override
        public TrafficDirector newDirector() {
            return new FolderRoutes(folder);
        }

        @Override
        public VmId vm() {
            return VmId.of("mw1");
        }

        @Override
        public VmId other() {
            return VmId.of("mw2");
        }

        @Override
        public VmId standby() {
            return VmId.of("mw3");
        }

        @Override
        public VmId answererOf(VmId owner) {
            return newDirector().serverOf(owner, CallContext.within(patience()));
        }

        @Override
        public void close() {}
    }
}
