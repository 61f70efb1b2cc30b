package io.vmha.testkit.broken;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.broken.RemotePlatform.Trouble;
import io.vmha.testkit.contract.HypervisorTestbed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The reference embodiment at the other end of a wire, with every trouble that the contract asks for. */
final class RemoteTestbed implements HypervisorTestbed {
    static final String SECRET = "hunter2";
    private static final VmId VM = VmId.of("mw1");
    private static final HostId HOST = HostId.of("h1");

    private final RemotePlatform platform =
            new RemotePlatform(Datacenter.threeHosts().inventory());
    private final HypervisorAdapter adapter;

    RemoteTestbed(Function<RemotePlatform, HypervisorAdapter> adapter) {
        this.adapter = adapter.apply(platform);
    }

    @Override
    public HypervisorAdapter adapter() {
        return adapter;
    }

    @Override
    public VmId vm() {
        return VM;
    }

    @Override
    public HostId host() {
        return HOST;
    }

    @Override
    public HostId otherHost() {
        return HostId.of("h2");
    }

    @Override
    public TemplateId template() {
        return Datacenter.MIDDLEWARE_TEMPLATE;
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
    public Duration patience() {
        return Duration.ofSeconds(10);
    }

    @Override
    public Optional<PowerState> actualPower() {
        return Optional.of(platform.actual().requireVm(VM).power());
    }

    @Override
    public boolean powerOffPastTheAdapter() {
        platform.pastTheAdapter().powerOff(VM, Duration.ZERO, CallContext.within(patience()));
        return true;
    }

    @Override
    public Optional<AutoCloseable> loseAnswers() {
        return Optional.of(platform.begin(Trouble.ANSWER_LOST, HOST));
    }

    @Override
    public Optional<AutoCloseable> breakAnswers() {
        return Optional.of(platform.begin(Trouble.ANSWER_BROKEN, HOST));
    }

    @Override
    public List<String> secrets() {
        return List.of(SECRET);
    }

    @Override
    public Optional<AutoCloseable> hang() {
        return Optional.of(platform.begin(Trouble.HANGS, HOST));
    }

    @Override
    public void close() {
        adapter.close();
    }
}
