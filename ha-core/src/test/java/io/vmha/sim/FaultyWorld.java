package io.vmha.sim;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
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
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A datacenter whose answers fail, lie and get lost, as one center sees it; every effect is checked against the invariants.
 * Confined to the simulation's thread.
 */
final class FaultyWorld {
    private record EffectKey(long plan, int step, String what) {}

    /** What the checks need to know of the simulation around. */
    interface Judge {
        boolean isStormOpen(CallContext call);

        void checkMayAct(CallContext call);
    }

    private final SimulatedDatacenter datacenter;
    private final SplittableRandom random;
    private final Mutation mutation;
    private final FaultCounts counts;
    private final Judge judge;
    private final Map<EffectKey, Integer> effects = new HashMap<>();
    private double errorRate;

    FaultyWorld(
            SimulatedDatacenter datacenter,
            SplittableRandom random,
            Mutation mutation,
            FaultCounts counts,
            Judge judge) {
        this.datacenter = datacenter;
        this.random = random;
        this.mutation = mutation;
        this.counts = counts;
        this.judge = judge;
    }

    void errorRate(double rate) {
        errorRate = rate;
    }

    /** Makes a call that may fail before or after its effect. */
    private void perform(CallContext call, String what, Runnable effect) {
        fail("fails before its effect", false);
        boolean isReadBack = what.startsWith("route") || what.startsWith("power off") || what.startsWith("fence");
        if (isReadBack && random.nextDouble() < errorRate / 4) {
            counts.add("accepted but not done");
            return;
        }
        Inventory before = datacenter.actual();
        Map<VmId, VmId> routes = datacenter.routes();
        effect.run();
        if (before != datacenter.actual() && !before.equals(datacenter.actual())
                || !routes.equals(datacenter.routes())) {
            judge.checkMayAct(call);
            EffectKey key = new EffectKey(call.plan().orElseThrow().value(), call.step(), what);
            Violation.check(
                    effects.merge(key, 1, Integer::sum) == 1,
                    4,
                    what + " of plan " + key.plan() + " step " + key.step() + " had an effect twice");
        }
        fail("answer is lost after the effect", true);
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

    private void checkPowersOff(CallContext call, String what) {
        Violation.check(!judge.isStormOpen(call), 8, what + " with the storm guard open");
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
                checkPowersOff(call, "host " + host + " was fenced");
                perform(call, "fence " + host, () -> device.fence(host, call));
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
            return read(() -> adapter.discover(call));
        }

        @Override
        public PowerState powerState(VmId vm, CallContext call) {
            if (mutation == Mutation.POWER_OFF_NOT_CONFIRMED) {
                return PowerState.OFF;
            }
            PowerState state = read(() -> adapter.powerState(vm, call));
            if (random.nextDouble() < errorRate / 4) {
                counts.add("power state lies");
                return state == PowerState.OFF ? PowerState.ON : PowerState.UNKNOWN;
            }
            return state;
        }

        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            checkPowersOff(call, vm + " was powered off");
            perform(call, "power off " + vm, () -> adapter.powerOff(vm, grace, call));
        }

        @Override
        public void powerOn(VmId vm, HostId host, CallContext call) {
            perform(call, "power on " + vm, () -> adapter.powerOn(vm, host, call));
        }

        @Override
        public void reallocate(VmId vm, Resources allocation, CallContext call) {
            perform(call, "reallocate " + vm, () -> adapter.reallocate(vm, allocation, call));
        }

        @Override
        public void migrate(VmId vm, HostId target, CallContext call) {
            perform(call, "migrate " + vm, () -> adapter.migrate(vm, target, call));
        }

        @Override
        public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
            perform(call, "clone " + vm, () -> adapter.cloneFromTemplate(template, vm, host, call));
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
