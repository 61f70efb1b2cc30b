package io.vmha.adapter;

import io.vmha.detection.SecondCheck;
import io.vmha.detection.SecondLook;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;

/**
 * Asks the hypervisor for a silent machine's power state. Thread-safe as its adapter is.
 *
 * <p>It does not see into the guest: a machine that is on shows no sign of life by that. Where the platform can ask the
 * guest, a check that does so is the better one.
 */
public final class PowerStateCheck implements SecondCheck {
    private final HypervisorAdapter adapter;

    /** Makes a check that asks the given adapter. */
    public PowerStateCheck(HypervisorAdapter adapter) {
        this.adapter = adapter;
    }

    @Override
    public SecondLook look(VmId vm, HostId host, Duration deadline) {
        try {
            return switch (adapter.powerState(vm, CallContext.within(deadline))) {
                case ON -> SecondLook.NO_SIGN_OF_LIFE;
                case OFF -> SecondLook.OFF;
                case SUSPENDED, UNKNOWN -> SecondLook.UNKNOWN;
            };
        } catch (AdapterException unreadable) {
            if (Thread.currentThread().isInterrupted()) {
                // Not the host ended the look.
                return SecondLook.UNKNOWN;
            }
            boolean isSilent = unreadable.reason() == AdapterException.Cause.UNREACHABLE
                    || unreadable.reason() == AdapterException.Cause.TIMEOUT;
            return isSilent ? SecondLook.HOST_SILENT : SecondLook.UNKNOWN;
        }
    }
}
