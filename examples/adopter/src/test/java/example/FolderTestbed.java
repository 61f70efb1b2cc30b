package example;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.testkit.contract.HypervisorTestbed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

final class FolderTestbed implements HypervisorTestbed {
    private final Path folder;
    private final HypervisorAdapter adapter;

    FolderTestbed(Function<Path, HypervisorAdapter> adapter) {
        try {
            folder = Files.createTempDirectory(Path.of("target"), "platform");
            FolderPlatform.created(folder).close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        this.adapter = adapter.apply(folder);
    }

    @Override
    public HypervisorAdapter adapter() {
        return adapter;
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
    public HostId otherHost() {
        return HostId.of("h2");
    }

    @Override
    public TemplateId template() {
        return TemplateId.of("none");
    }

    @Override
    public Resources grown() {
        return Resources.of(4_000, 16_384);
    }

    @Override
    public Optional<VmId> neighbour() {
        return Optional.of(VmId.of("mw2"));
    }

    @Override
    public Optional<VmId> vmOnOtherHost() {
        return Optional.of(VmId.of("mw3"));
    }

    @Override
    public Optional<PowerState> actualPower() {
        return Optional.of(new FolderPlatform(folder).powerState(vm(), CallContext.within(patience())));
    }

    @Override
    public boolean powerOffPastTheAdapter() {
        new FolderPlatform(folder).powerOff(vm(), Duration.ZERO, CallContext.within(patience()));
        return true;
    }

    @Override
    public void close() {
        adapter.close();
    }
}
