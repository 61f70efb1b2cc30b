package io.vmha.sim;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A datacenter whose answers fail, lie and get lost, as one center sees it; every effect is checked against the invariants.
 * Confined to the simulation's thread.
 */
final class FaultyWorld {
    private record EffectKey(long plan, int step, String what) {}

    /** Checks what is about to have an effect. */
    interface Judge {
        void checkMayAct(CallContext call, String what);

        void checkPowersOff(CallContext call, String what);

        void checkRefusal(VmId vm, HostId host, Resources asked);
    }

    private final SimulatedDatacenter datacenter;
    private final SplittableRandom random;
    private final Mutation mutation;
    private final FaultCounts counts;
    private final Trace trace;
    private final Map<EffectKey, Integer> effects = new HashMap<>();
    private double errorRate;
    private @Nullable Judge judge;

    FaultyWorld(Stage stage) {
        this.datacenter = stage.datacenter();
        this.random = stage.random();
        this.mutation = stage.mutation();
        this.counts = stage.counts();
        this.trace = stage.trace();
    }

    void judgedBy(Judge invariants) {
        judge = invariants;
    }

    private Judge judge() {
        return Objects.requireNonNull(judge);
    }

    void errorRate(double rate) {
        errorRate = rate;
    }

    /** What was done has been undone from outside: to do it again is not to do it twice. */
    void forgetEffects(String what) {
        effects.keySet().removeIf(effect -> effect.what().startsWith(what));
    }

    /** Makes a call that may fail before or after its effect. */
    private void perform(CallContext call, String what, Runnable effect) {
        fail("fails before its effect", false);
        if (random.nextDouble() < errorRate / 4) {
            counts.add("accepted but not done");
            trace.say(() -> what + " is accepted but not done");
            return;
        }
        Inventory before = datacenter.actual();
        Map<VmId, VmId> routes = datacenter.routes();
        effect.run();
        if (before != datacenter.actual() && !before.equals(datacenter.actual())
                || !routes.equals(datacenter.routes())) {
            trace.say(() -> "EFFECT: " + what + " in epoch " + call.epoch());
            judge().checkMayAct(call, what);
            EffectKey key = new EffectKey(call.plan().orElseThrow().value(), call.step(), what);
            Violation.check(
                    effects.merge(key, 1, Integer::sum) == 1,
                    4,
                    what + " of plan " + key.plan() + " step " + key.step() + " had an effect twice");
        }
        fail("answer is lost after the effect", true);
    }

    /** Makes a call that needs room on a host. */
    private void place(CallContext call, String what, VmId vm, HostId host, Resources asked, Runnable effect) {
        perform(call, what + " " + vm + " on " + host, () -> {
            try {
                effect.run();
            } catch (AdapterException.Permanent refused) {
                if (refused.reason() == AdapterException.Cause.NO_CAPACITY) {
                    judge().checkRefusal(vm, host, asked);
                    counts.add("refused for want of room");
                }
                throw refused;
            }
        });
    }

    private void fail(String kind, boolean isUnknown) {
        if (random.nextDouble() >= errorRate) {
            return;
        }
        if (isUnknown || random.nextInt(3) == 0) {
            counts.add("outcome unknown, " + kind);
            throw new AdapterException.OutcomeUnknown(AdapterException.Cause.TIMEOUT, kind);
        }
        if (random.nextInt(8) == 0) {
            counts.add("permanent error");
            throw new AdapterException.Permanent(AdapterException.Cause.REFUSED, "injected");
        }
        counts.add("transient error");
        throw new AdapterException.Transient(AdapterException.Cause.BUSY, "injected");
    }

    private <T> T read(Supplier<T> reading) {
        fail("reading fails", false);
        return reading.get();
    }

    private boolean mayWrite(VmId id) {
        VirtualMachine vm = datacenter.actual().requireVm(id);
        return vm.power() == PowerState.ON && datacenter.actual().hostOf(vm).health() != HostHealth.DOWN;
    }

    FencingDevice fencingDevice() {
        FencingDevice device = datacenter.fencingDevice();
        return new FencingDevice() {
            @Override
            public String name() {
                return "faulty";
            }

            @Override
            public boolean canFence(HostId host) {
                return true;
            }

            @Override
            public void fence(HostId host, CallContext call) {
                judge().checkPowersOff(call, "host " + host + " was fenced");
                perform(call, "fence " + host, () -> {
                    device.fence(host, call);
                    datacenter.actual().vmsOn(host).forEach(vm -> forgetEffects("power on " + vm.id()));
                });
            }

            @Override
            public PowerState powerState(HostId host, CallContext call) {
                return read(() -> device.powerState(host, call));
            }
        };
    }

    TrafficDirector trafficDirector() {
        TrafficDirector director = datacenter.trafficDirector();
        return new TrafficDirector() {
            @Override
            public void route(VmId owner, VmId server, CallContext call) {
                VmId before = datacenter.serverOf(owner);
                VmType type = datacenter.actual().requireVm(owner).type();
                Violation.check(
                        before.equals(server) || !type.equals(VmType.DATABASE) || !mayWrite(before),
                        1,
                        "the requests of " + owner + " moved to " + server + " while " + before + " may still write");
                perform(call, "route " + owner, () -> director.route(owner, server, call));
            }

            @Override
            public VmId serverOf(VmId owner, CallContext call) {
                return read(() -> director.serverOf(owner, call));
            }
        };
    }

    HypervisorAdapter hypervisor() {
        return new FaultyHypervisor(datacenter.hypervisor());
    }

    private final class FaultyHypervisor implements HypervisorAdapter {
        private final HypervisorAdapter adapter;

        private FaultyHypervisor(HypervisorAdapter adapter) {
            this.adapter = adapter;
        }

        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public Set<Capability> capabilities() {
            return adapter.capabilities();
        }

        @Override
        public Inventory discover(CallContext call) {
            return FaultyWorld.this.read(() -> adapter.discover(call));
        }

        @Override
        public PowerState powerState(VmId vm, CallContext call) {
            if (mutation == Mutation.POWER_OFF_NOT_CONFIRMED) {
                return PowerState.OFF;
            }
            PowerState state = FaultyWorld.this.read(() -> adapter.powerState(vm, call));
            if (random.nextDouble() < errorRate / 4) {
                counts.add("power state lies");
                return state == PowerState.OFF ? PowerState.ON : PowerState.UNKNOWN;
            }
            return state;
        }

        @Override
        public MachineReading read(VmId vm, CallContext call) {
            return FaultyWorld.this.read(() -> adapter.read(vm, call));
        }

        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            judge().checkPowersOff(call, vm + " was powered off");
            perform(call, "power off " + vm, () -> adapter.powerOff(vm, grace, call));
        }

        @Override
        public void powerOn(VmId vm, HostId host, CallContext call) {
            place(call, "power on", vm, host, allocation(vm), () -> adapter.powerOn(vm, host, call));
        }

        @Override
        public void reallocate(VmId vm, Resources allocation, CallContext call) {
            HostId host = datacenter.actual().requireVm(vm).host();
            place(call, "reallocate", vm, host, allocation, () -> adapter.reallocate(vm, allocation, call));
        }

        @Override
        public void migrate(VmId vm, HostId target, CallContext call) {
            place(call, "migrate", vm, target, allocation(vm), () -> adapter.migrate(vm, target, call));
        }

        @Override
        public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
            place(call, "clone", vm, host, allocation(vm), () -> adapter.cloneFromTemplate(template, vm, host, call));
        }

        private Resources allocation(VmId vm) {
            return datacenter.actual().requireVm(vm).allocation();
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
