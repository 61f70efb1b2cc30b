package io.vmha.sim;

import com.google.common.collect.Sets;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Capability;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.MachineReading;
import io.vmha.adapter.Promotion;
import io.vmha.adapter.RejoinMethod;
import io.vmha.adapter.TrafficDirector;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A datacenter whose answers fail, lie and get lost, as one center sees it; every effect is checked against the invariants.
 * Confined to the simulation's thread.
 */
final class FaultyWorld {
    private record EffectKey(long plan, int step, String what) {}

    private final Stage stage;
    private final SimulatedDatacenter datacenter;
    private final Chance chance;
    private final Mutation mutation;
    private final LagReadings lagReadings;
    private final DatabaseCluster databases;
    private final FaultCounts counts;
    private final Map<EffectKey, Integer> effects = new HashMap<>();
    private final Map<VmId, VmId> routed = new HashMap<>();
    private final Set<String> scripted = new HashSet<>();
    private double errorRate;
    private @Nullable EffectChecks checks;

    FaultyWorld(Stage stage) {
        this.stage = stage;
        this.datacenter = stage.datacenter();
        this.chance = stage.chance();
        this.mutation = stage.mutation();
        this.lagReadings = new LagReadings(datacenter, stage.outside());
        this.databases = new MistakenDatabases(lagReadings, mutation);
        this.counts = stage.counts();
    }

    void checkedBy(EffectChecks chosen) {
        checks = chosen;
    }

    private EffectChecks checks() {
        return Objects.requireNonNull(checks);
    }

    void errorRate(double rate) {
        errorRate = rate;
        if (rate == 0) {
            scripted.clear();
        }
    }

    /** Lets the next calls of that kind about a VM or host fail, whatever the error rate is. */
    void failNext(String what) {
        scripted.add(what);
    }

    /** What was done has been undone from outside: to do it again is not to do it twice. */
    void forgetEffects(String what) {
        effects.keySet().removeIf(effect -> effect.what().startsWith(what));
    }

    /** Makes a call that may fail before or after its effect. */
    private void perform(CallContext call, String what, Runnable effect) {
        if (scripted.remove(what)) {
            throw new AdapterException.Transient(AdapterException.Cause.BUSY, "as the course has it");
        }
        fail(what, "fails before its effect", false);
        if (chance.happens(what + " is not done", errorRate / 4)) {
            counts.add("accepted but not done");
            stage.trace().say(() -> what + " is accepted but not done");
            return;
        }
        Inventory before = datacenter.actual();
        Map<VmId, VmId> routes = datacenter.routes();
        String databases = databases();
        effect.run();
        if (before != datacenter.actual() && !before.equals(datacenter.actual())
                || !routes.equals(datacenter.routes())
                || !databases.equals(databases())) {
            stage.trace().say(() -> "EFFECT: " + what + " in epoch " + call.epoch());
            boolean isLate = checks().mayAct(call, what);
            EffectKey key = new EffectKey(call.plan().orElseThrow().value(), call.step(), what);
            int times = effects.merge(key, 1, Integer::sum);
            // What an earlier center sent cannot be called back: another may have done it, and gone on, when it
            // arrives.
            Violation.check(
                    times == 1 || isLate,
                    4,
                    () -> what + " of plan " + key.plan() + " step " + key.step() + " had an effect twice");
        }
        fail(what, "answer is lost after the effect", true);
    }

    /** A call that may have its effect again for the same step. */
    private void performRepeatable(CallContext call, String what, Runnable effect) {
        perform(call, what, () -> {
            effect.run();
            forgetEffects(what);
        });
    }

    private void fail(String what, String kind, boolean isUnknown) {
        if (!chance.happens(what + " " + kind, errorRate)) {
            return;
        }
        SplittableRandom how = chance.about(what + " how it fails");
        if (isUnknown || how.nextInt(3) == 0) {
            counts.add("outcome unknown, " + kind);
            stage.trace().say(() -> what + ": outcome unknown, " + kind);
            throw new AdapterException.OutcomeUnknown(AdapterException.Cause.TIMEOUT, kind);
        }
        if (how.nextInt(8) == 0) {
            counts.add("permanent error");
            stage.trace().say(() -> what + ": permanent error");
            throw new AdapterException.Permanent(AdapterException.Cause.REFUSED, "injected");
        }
        counts.add("transient error");
        stage.trace().say(() -> what + ": transient error");
        throw new AdapterException.Transient(AdapterException.Cause.BUSY, "injected");
    }

    private <T> T read(String what, Supplier<T> reading) {
        fail(what, "reading fails", false);
        return reading.get();
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
                checks().fences(call, host);
                perform(call, "fence " + host, () -> {
                    device.fence(host, Unhurried.of(call));
                    datacenter.actual().vmsOn(host).forEach(vm -> forgetEffects("power on " + vm.id()));
                });
            }

            @Override
            public PowerState powerState(HostId host, CallContext call) {
                return read("power state of " + host, () -> device.powerState(host, Unhurried.of(call)));
            }
        };
    }

    private String databases() {
        return datacenter.replicaSets().stream()
                .map(SimulatedReplicaSet::state)
                .toList()
                .toString();
    }

    DatabaseCluster databaseCluster() {
        return new FaultyDatabases(databases);
    }

    TrafficDirector trafficDirector() {
        TrafficDirector director = datacenter.trafficDirector();
        return new TrafficDirector() {
            @Override
            public void route(VmId owner, VmId server, CallContext call) {
                routed.put(owner, server);
                perform(call, "route " + owner, () -> {
                    checks().routes(call, owner, server);
                    director.route(owner, server, Unhurried.of(call));
                });
            }

            @Override
            public VmId serverOf(VmId owner, CallContext call) {
                VmId asked = mutation == Mutation.ROUTE_NOT_READ ? routed.get(owner) : null;
                return asked != null
                        ? asked
                        : read("server of " + owner, () -> director.serverOf(owner, Unhurried.of(call)));
            }
        };
    }

    HypervisorAdapter hypervisor(RunningCenter center) {
        return new FaultyHypervisor(datacenter.hypervisor(), center);
    }

    /** Everything as it is, but for hosts that do not answer and, now and then, one that is slow to. */
    PlatformSnapshot snapshot() {
        Inventory seen = mutation == Mutation.OLD_READING ? stage.course().inventory() : datacenter.actual();
        PlatformSnapshot all = PlatformSnapshot.of(seen);
        List<HostId> answered = all.answered().stream().sorted().toList();
        if (answered.isEmpty() || !chance.happens("a host is slow to answer", errorRate)) {
            return all;
        }
        counts.add("a host does not answer a reading");
        HostId slow = answered.get(chance.about("which host is slow").nextInt(answered.size()));
        stage.trace().say(() -> slow + " does not answer a reading");
        return new PlatformSnapshot(
                all.hosts(),
                all.vms(),
                Sets.difference(all.answered(), Set.of(slow)).immutableCopy());
    }

    private final class FaultyDatabases extends ForwardingDatabases {
        private FaultyDatabases(DatabaseCluster cluster) {
            super(cluster);
        }

        @Override
        public ReplicaSet read(CallContext call) {
            ReplicaSet seen = FaultyWorld.this.read("the databases", () -> super.read(call));
            lagReadings.arrive(this);
            return seen;
        }

        @Override
        public void promote(Promotion promotion, CallContext call) {
            perform(call, "promote " + promotion.member(), () -> {
                checks().promotes(call, promotion.member());
                super.promote(promotion, call);
            });
        }

        @Override
        public void holdWrites(MemberId writer, CallContext call) {
            // Held again it is the same, as where the database was started anew meanwhile.
            performRepeatable(call, "hold writes of " + writer, () -> {
                super.holdWrites(writer, call);
                forgetEffects("release writes of " + writer);
            });
        }

        @Override
        public void releaseWrites(MemberId writer, CallContext call) {
            perform(call, "release writes of " + writer, () -> super.releaseWrites(writer, call));
        }

        @Override
        public LogPosition demote(MemberId writer, MemberId successor, CallContext call) {
            AtomicReference<LogPosition> end = new AtomicReference<>();
            perform(call, "demote " + writer, () -> {
                end.set(super.demote(writer, successor, call));
                checks().demoted(successor);
            });
            LogPosition reached = end.get();
            if (reached == null) {
                throw new AdapterException.OutcomeUnknown(AdapterException.Cause.REFUSED, "accepted but not done");
            }
            return reached;
        }

        @Override
        public void fence(MemberId member, CallContext call) {
            // It says that it is done only where that is confirmed.
            fail("fence database " + member, "fails before its effect", false);
            super.fence(member, call);
            fail("fence database " + member, "answer is lost after the effect", true);
        }

        @Override
        public RejoinMethod rejoin(MemberId member, MemberId writer, CallContext call) {
            // Where it does not follow since its stream broke, another try copies what came meanwhile.
            performRepeatable(call, "rejoin " + member, () -> super.rejoin(member, writer, call));
            return RejoinMethod.REWOUND;
        }
    }

    private final class FaultyHypervisor implements HypervisorAdapter {
        private final HypervisorAdapter adapter;
        private final RunningCenter center;

        private FaultyHypervisor(HypervisorAdapter adapter, RunningCenter center) {
            this.adapter = adapter;
            this.center = center;
        }

        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public Set<Capability> capabilities() {
            return EnumSet.copyOf(Sets.difference(
                    adapter.capabilities(), stage.course().lacks().capabilities()));
        }

        @Override
        public PlatformSnapshot discover(CallContext call) {
            return FaultyWorld.this.read("the platform", () -> {
                PlatformSnapshot seen = snapshot();
                counts.add("reading by the center");
                center.reads(seen, stage.time().now());
                return seen;
            });
        }

        @Override
        public PowerState powerState(VmId vm, CallContext call) {
            if (mutation == Mutation.POWER_OFF_NOT_CONFIRMED) {
                return PowerState.OFF;
            }
            PowerState state =
                    FaultyWorld.this.read("power state of " + vm, () -> adapter.powerState(vm, Unhurried.of(call)));
            if (chance.happens("power state of " + vm + " lies", errorRate / 4)) {
                counts.add("power state lies");
                stage.trace().say(() -> "the power state of " + vm + " lies");
                return state == PowerState.OFF ? PowerState.ON : PowerState.UNKNOWN;
            }
            return state;
        }

        @Override
        public MachineReading read(VmId vm, CallContext call) {
            return FaultyWorld.this.read(vm.value(), () -> adapter.read(vm, Unhurried.of(call)));
        }

        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            checks().powersOff(call, vm);
            perform(call, "power off " + vm, () -> {
                adapter.powerOff(vm, grace, Unhurried.of(call));
                // It may be a late one, sent before others were to start it.
                forgetEffects("power on " + vm);
            });
        }

        @Override
        public void powerOn(VmId vm, HostId host, CallContext call) {
            require(Capability.POWER_ON);
            boolean isElsewhere = datacenter
                    .actual()
                    .vm(vm)
                    .filter(found -> !found.host().equals(host))
                    .isPresent();
            // It may have been moved untold since that was decided.
            if (isElsewhere && stage.course().lacks().capabilities().contains(Capability.RESTART_ELSEWHERE)) {
                throw new AdapterException.Permanent(AdapterException.Cause.UNSUPPORTED, vm + " is not on " + host);
            }
            place(call, "power on", vm, host, allocation(vm), () -> adapter.powerOn(vm, host, Unhurried.of(call)));
        }

        @Override
        public void reallocate(VmId vm, Resources allocation, CallContext call) {
            require(Capability.REALLOCATE);
            perform(call, "reallocate " + vm, () -> {
                checks().reallocates(call, vm);
                HostId host = datacenter.actual().requireVm(vm).host();
                checks().refusal(vm, host, allocation, () -> adapter.reallocate(vm, allocation, Unhurried.of(call)));
            });
        }

        @Override
        public void migrate(VmId vm, HostId target, CallContext call) {
            require(Capability.LIVE_MIGRATION);
            place(call, "migrate", vm, target, allocation(vm), () -> adapter.migrate(vm, target, Unhurried.of(call)));
        }

        @Override
        public void cloneFromTemplate(TemplateId template, VmId vm, HostId host, CallContext call) {
            require(Capability.CLONE);
            place(
                    call,
                    "clone",
                    vm,
                    host,
                    allocation(vm),
                    () -> adapter.cloneFromTemplate(template, vm, host, Unhurried.of(call)));
        }

        @Override
        public void serves(VmId vm, CallContext call) {
            fail("serves " + vm, "fails before its effect", false);
            adapter.serves(vm, Unhurried.of(call));
            fail("serves " + vm, "answer is lost after the effect", true);
        }

        /** Nothing is asked of a platform that cannot do it. */
        private void require(Capability capability) {
            Violation.check(
                    !stage.course().lacks().capabilities().contains(capability),
                    13,
                    () -> capability + " was asked of a platform that lacks it");
        }

        /** Makes a call that needs room on a host. */
        private void place(CallContext call, String what, VmId vm, HostId host, Resources asked, Runnable effect) {
            perform(call, what + " " + vm + " on " + host, () -> {
                checks().places(call, what, vm, host);
                checks().refusal(vm, host, asked, effect);
            });
        }

        private Resources allocation(VmId vm) {
            return datacenter.actual().vm(vm).map(VirtualMachine::allocation).orElse(Resources.NONE);
        }

        @Override
        public void close() {
            adapter.close();
        }
    }
}
