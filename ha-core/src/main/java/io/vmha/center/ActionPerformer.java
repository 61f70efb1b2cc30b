package io.vmha.center;

import com.google.common.collect.ImmutableList;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabasePromoter;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Turns an action into the call that carries it out. Immutable; its calls block. */
final class ActionPerformer {
    private static final Set<ActionKind> PLACING = EnumSet.of(ActionKind.POWER_ON, ActionKind.CLONE);

    private final HypervisorAdapter adapter;
    private final TrafficDirector trafficDirector;
    private final List<FencingDevice> fencingDevices;
    private final DatabasePromoter promoter;
    private final Duration powerOffGrace;

    ActionPerformer(
            HypervisorAdapter adapter,
            TrafficDirector trafficDirector,
            List<FencingDevice> fencingDevices,
            DatabasePromoter promoter,
            Duration powerOffGrace) {
        this.adapter = adapter;
        this.trafficDirector = trafficDirector;
        this.fencingDevices = ImmutableList.copyOf(fencingDevices);
        this.promoter = promoter;
        this.powerOffGrace = powerOffGrace;
    }

    /** Returns when the action is done; throws an {@link AdapterException} when it is not, or not known to be. */
    void perform(Action action, CallContext call) {
        Runnable effect = action.fold(new Action.Cases<Runnable>(
                powerOff -> () -> powerOff(powerOff, call),
                fenceHost -> () -> fence(fenceHost.target(), call),
                redirect -> () -> redirect(redirect, call),
                powerOn -> () -> {
                    adapter.powerOn(powerOn.target(), powerOn.on(), call);
                    confirm(powerOn.target(), action, call);
                },
                reallocate -> () -> {
                    adapter.reallocate(reallocate.target(), reallocate.allocation(), call);
                    confirm(reallocate.target(), action, call);
                },
                migrate -> () -> {
                    adapter.migrate(migrate.target(), migrate.to(), call);
                    confirm(migrate.target(), action, call);
                },
                clone -> () -> {
                    adapter.cloneFromTemplate(clone.template(), clone.target(), clone.on(), call);
                    confirm(clone.target(), action, call);
                },
                promote -> () -> promoter.promote(promote.target(), call)));
        effect.run();
    }

    /** What a platform accepted it has not always done: what counts is what is read back. */
    private void confirm(VmId vm, Action action, CallContext call) {
        MachineReading reading = readBack(action, () -> adapter.read(vm, call));
        if (!shows(reading, action, call)) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED, "accepted to " + action + ", but it reads " + reading);
        }
    }

    /** What was accepted may be done: if it cannot be read, that is not known, whatever the reason. */
    private static <T> T readBack(Action action, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (AdapterException unreadable) {
            throw new AdapterException.OutcomeUnknown(
                    unreadable.reason(),
                    "accepted to " + action + ", but it cannot be read back: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    private static boolean shows(MachineReading reading, Action action, CallContext call) {
        return action.fold(new Action.Cases<Boolean>(
                powerOff -> reading.power() == PowerState.OFF,
                fenceHost -> reading.power() == PowerState.OFF,
                redirect -> true,
                powerOn -> isOn(reading, powerOn.on()),
                // A platform may round up to whole CPUs and pages.
                reallocate -> reallocate.allocation().fitsIn(reading.allocation()),
                migrate -> isOn(reading, migrate.to()),
                clone -> reading.host().equals(clone.on()) && (!reading.tellsOrigin() || isMadeBy(reading, call)),
                promote -> true));
    }

    private static boolean isOn(MachineReading reading, HostId host) {
        return reading.host().equals(host) && reading.power() == PowerState.ON;
    }

    private static boolean isMadeBy(MachineReading reading, CallContext call) {
        return reading.madeBy()
                .filter(origin -> origin.step() == call.step() && call.plan().equals(Optional.of(origin.plan())))
                .isPresent();
    }

    /** As {@link #isDone}, but false where the machine cannot be read: placing it anew needs no look at where it was. */
    boolean isSurelyDone(Action action, CallContext call) {
        try {
            return isDone(action, call);
        } catch (AdapterException unreadable) {
            if (PLACING.contains(action.kind())) {
                return false;
            }
            throw unreadable;
        }
    }

    /**
     * Whether the action is done already, read from the outside world; false where that cannot be told, since every
     * action is idempotent.
     *
     * @throws AdapterException if it cannot be read now
     */
    boolean isDone(Action action, CallContext call) {
        return action.fold(new Action.Cases<Supplier<Boolean>>(
                        powerOff -> () -> adapter.powerState(powerOff.target(), call) == PowerState.OFF,
                        fenceHost -> () -> isOff(fenceHost.target(), call),
                        redirect -> () ->
                                trafficDirector.serverOf(redirect.owner(), call).equals(redirect.server()),
                        powerOn -> () -> isOn(adapter.read(powerOn.target(), call), powerOn.on()),
                        reallocate -> () -> shows(adapter.read(reallocate.target(), call), action, call),
                        migrate -> () -> isOn(adapter.read(migrate.target(), call), migrate.to()),
                        clone -> () -> isMadeBy(adapter.read(clone.target(), call), call),
                        promote -> () -> false))
                .get();
    }

    private void redirect(Action.Redirect action, CallContext call) {
        trafficDirector.route(action.owner(), action.server(), call);
        VmId server = readBack(action, () -> trafficDirector.serverOf(action.owner(), call));
        if (!server.equals(action.server())) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED,
                    "requests of " + action.owner() + " were sent to " + action.server() + ", but go to " + server);
        }
    }

    /** Reads which machine really serves the requests of the given one. */
    VmId serverOf(VmId owner, CallContext call) {
        return trafficDirector.serverOf(owner, call);
    }

    /** How many calls, each with the whole deadline, carrying the action out may take, a probe included. */
    int maxCalls(Action action) {
        return switch (action.kind()) {
            case POWER_OFF -> 4;
            case FENCE_HOST -> 1 + 3 * Math.max(1, fencingDevices.size());
            case REDIRECT -> 4;
            case POWER_ON, REALLOCATE, MIGRATE, CLONE -> 3;
            case PROMOTE -> 1;
        };
    }

    /** Whether there is a device for that host. */
    boolean canFence(HostId host) {
        return fencingDevices.stream().anyMatch(device -> device.canFence(host));
    }

    private void powerOff(Action.PowerOff action, CallContext call) {
        if (isIsolated(action, call)) {
            return;
        }
        adapter.powerOff(action.target(), powerOffGrace, call);
        PowerState state = readBack(action, () -> adapter.powerState(action.target(), call));
        if (state != PowerState.OFF) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED,
                    action.target() + " was powered off, but its power state reads " + state);
        }
    }

    /** A guest that powered itself off is confirmed by reading that; where it cannot be read, powering off will tell. */
    private boolean isIsolated(Action.PowerOff action, CallContext call) {
        try {
            return adapter.powerState(action.target(), call) == PowerState.OFF;
        } catch (AdapterException.Transient | AdapterException.OutcomeUnknown unreadable) {
            return false;
        }
    }

    private boolean isOff(HostId host, CallContext call) {
        for (FencingDevice device : fencingDevices) {
            if (device.canFence(host) && device.powerState(host, call) == PowerState.OFF) {
                return true;
            }
        }
        return false;
    }

    /** Tries one device after the other until one confirms the host off. */
    private void fence(HostId host, CallContext call) {
        AdapterException failure = new AdapterException.Permanent(
                AdapterException.Cause.UNSUPPORTED, "no fencing device can fence host " + host);
        for (FencingDevice device : fencingDevices) {
            if (device.canFence(host)) {
                try {
                    fence(device, host, call);
                    return;
                } catch (AdapterException failed) {
                    failed.addSuppressed(failure);
                    failure = failed;
                }
            }
        }
        throw failure;
    }

    private static void fence(FencingDevice device, HostId host, CallContext call) {
        device.fence(host, call);
        PowerState state = readBack(new Action.FenceHost(host), () -> device.powerState(host, call));
        if (state != PowerState.OFF) {
            throw new AdapterException.OutcomeUnknown(
                    AdapterException.Cause.REFUSED,
                    "host " + host + " was fenced by " + device.name() + ", but its power state reads " + state);
        }
    }
}
