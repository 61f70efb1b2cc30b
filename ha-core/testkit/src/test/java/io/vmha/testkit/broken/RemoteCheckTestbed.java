package io.vmha.testkit.broken;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.PowerStateCheck;
import io.vmha.detection.SecondCheck;
import io.vmha.detection.SecondLook;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.broken.RemotePlatform.Trouble;
import io.vmha.testkit.contract.SecondCheckTestbed;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The reference embodiment at the other end of a wire, whose hosts hang and whose guests do, and a check that may be another's. */
public final class RemoteCheckTestbed implements SecondCheckTestbed {
    private static final VmId VM = VmId.of("mw1");
    private static final HostId HOST = HostId.of("h1");

    private final RemotePlatform platform =
            new RemotePlatform(Datacenter.threeHosts().inventory());
    private final RemoteAdapter adapter = new RemoteAdapter(platform);
    private final boolean seesLife;
    private final SecondCheck check;
    private volatile boolean guestHangs;

    private RemoteCheckTestbed(boolean seesLife, UnaryOperator<SecondCheck> made) {
        this.seesLife = seesLife;
        SecondCheck powerState = new PowerStateCheck(adapter);
        this.check = made.apply(seesLife ? asksGuests(powerState) : powerState);
    }

    /** With a check that asks for power states. */
    public static RemoteCheckTestbed ofPowerStates() {
        return new RemoteCheckTestbed(false, UnaryOperator.identity());
    }

    /** With a check that is made of one that asks the guests, too, and keeps the contract. */
    static RemoteCheckTestbed ofGuests(UnaryOperator<SecondCheck> made) {
        return new RemoteCheckTestbed(true, made);
    }

    private SecondCheck asksGuests(SecondCheck powerState) {
        return (vm, host, deadline) -> {
            SecondLook seen = powerState.look(vm, host, deadline);
            boolean lives = !guestHangs || !vm.equals(VM);
            return seen == SecondLook.NO_SIGN_OF_LIFE && lives ? SecondLook.ALIVE : seen;
        };
    }

    @Override
    public SecondCheck check() {
        return check;
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
    public VmId otherVm() {
        return VmId.of("mw3");
    }

    @Override
    public HostId otherHost() {
        return HostId.of("h2");
    }

    @Override
    public boolean seesLife() {
        return seesLife;
    }

    @Override
    public void powerOff() {
        platform.pastTheAdapter().powerOff(VM, Duration.ZERO, CallContext.within(patience()));
    }

    @Override
    public boolean hangGuest() {
        guestHangs = seesLife;
        return seesLife;
    }

    @Override
    public Optional<AutoCloseable> silenceHost() {
        return Optional.of(platform.begin(Trouble.HANGS, HOST));
    }

    @Override
    public void close() {
        adapter.close();
    }
}
