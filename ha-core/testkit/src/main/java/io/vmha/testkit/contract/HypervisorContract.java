package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the contract's tests share: a testbed made anew for each, and how a refusal is told. Confined to one test. */
abstract class HypervisorContract {
    static final Duration PROMPTLY = Duration.ofSeconds(2);
    static final VmId NOBODY = VmId.of("no-such-vm");
    static final HostId NOWHERE = HostId.of("no-such-host");

    HypervisorTestbed testbed;
    HypervisorAdapter adapter;

    /** Returns a testbed in the state that {@link HypervisorTestbed} describes. */
    protected abstract HypervisorTestbed newTestbed();

    @BeforeEach
    void begin() {
        testbed = newTestbed();
        adapter = testbed.adapter();
    }

    @AfterEach
    void end() {
        testbed.close();
    }

    final CallContext call() {
        return CallContext.within(testbed.patience());
    }

    final boolean can(Capability capability) {
        return adapter.capabilities().contains(capability);
    }

    /** Whether the adapter cannot do it, having checked that it says so. */
    final boolean refusesWithout(Capability capability, ThrowingCallable call) {
        if (can(capability)) {
            return false;
        }
        assertRefused(Cause.UNSUPPORTED, call);
        return true;
    }

    final PowerState actualPower() {
        return testbed.actualPower().orElseGet(() -> adapter.powerState(testbed.vm(), call()));
    }

    final VirtualMachine machine() {
        return adapter.discover(call()).toInventory().requireVm(testbed.vm());
    }

    static void assertUnknown(ThrowingCallable call) {
        assertRefused(Cause.UNKNOWN_SUBJECT, call);
    }

    static void assertRefused(Cause cause, ThrowingCallable call) {
        assertThat(catchThrowable(call))
                .as("a call that is refused for good as %s", cause)
                .asInstanceOf(type(AdapterException.Permanent.class))
                .returns(cause, AdapterException::reason);
    }

    static void assertClosed(ThrowingCallable call) {
        assertThat(catchThrowable(call)).as("a call of a closed adapter").isInstanceOf(IllegalStateException.class);
    }
}
