package example;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.TrafficTestbed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Registered as a service: {@code ha-testkit} finds it, and tests the director that it brings. */
public final class FolderRoutesTestbed implements TrafficTestbed {
    private final Path folder;

    public FolderRoutesTestbed() {
        try {
            folder = Files.createTempDirectory(Path.of("target"), "routes");
            FolderPlatform.created(folder).close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public TrafficDirector director() {
        return new FolderRoutes(folder);
    }

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
        return VmId.of("mw3");
    }

    @Override
    public VmId standby() {
        return VmId.of("mw5");
    }

    /** What reads the files is what serves here. */
    @Override
    public VmId answererOf(VmId owner) {
        return newDirector().serverOf(owner, CallContext.within(patience()));
    }

    @Override
    public void close() {}
}
