package io.vmha.lab;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.FencingDevice;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import java.time.Duration;

/** Switches the lab's hosts off: ends the first process of a host, and with it everything on it. Thread-safe. */
record PowerStrip(LabSite site) implements FencingDevice {
    @Override
    public String name() {
        return "power strip";
    }

    @Override
    public boolean canFence(HostId host) {
        return LabSite.HOSTS.contains(host);
    }

    @Override
    public void fence(HostId host, CallContext call) {
        require(host);
        Duration left = call.requireTimeLeft();
        site.pullPlug(host);
        try {
            Waiting.until("host " + host + " is off", left, () -> !site.isOn(host));
        } catch (LabException late) {
            throw new AdapterException.OutcomeUnknown(Cause.TIMEOUT, String.valueOf(late.getMessage()), late);
        }
    }

    @Override
    public PowerState powerState(HostId host, CallContext call) {
        require(host);
        Duration unused = call.requireTimeLeft();
        return site.isOn(host) ? PowerState.ON : PowerState.OFF;
    }

    private void require(HostId host) {
        if (!canFence(host)) {
            throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no socket for host " + host);
        }
    }
}
