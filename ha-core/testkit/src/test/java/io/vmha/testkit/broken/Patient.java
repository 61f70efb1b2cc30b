package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;

/** A device that gives up what hangs as the contract asks, for broken ones to be made of. */
record Patient(FencingDevice real) implements FencingDevice {

    private static void giveUpWhatHangs() {
        if (Hanging.isOn()) {
            throw new AdapterException.Transient(AdapterException.Cause.TIMEOUT, "it does not answer");
        }
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public boolean canFence(HostId host) {
        return real.canFence(host);
    }

    @Override
    public void fence(HostId host, CallContext call) {
        giveUpWhatHangs();
        real.fence(host, call);
    }

    @Override
    public PowerState powerState(HostId host, CallContext call) {
        giveUpWhatHangs();
        return real.powerState(host, call);
    }

    /** The same for a director. */
    record Director(TrafficDirector real) implements TrafficDirector {
        @Override
        public void route(VmId owner, VmId server, CallContext call) {
            giveUpWhatHangs();
            real.route(owner, server, call);
        }

        @Override
        public VmId serverOf(VmId owner, CallContext call) {
            giveUpWhatHangs();
            return real.serverOf(owner, call);
        }
    }
}
