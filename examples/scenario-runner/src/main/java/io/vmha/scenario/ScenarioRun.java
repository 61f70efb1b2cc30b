package io.vmha.scenario;

import io.vmha.center.HaEvent;
import io.vmha.center.InMemoryPlanJournal;
import io.vmha.center.ManagementCenter;
import io.vmha.center.PlanJournal;
import io.vmha.center.StormGuard;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.LoadSample;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** One run of a scenario in a simulated datacenter of its own. Confined to the thread that made it. */
final class ScenarioRun implements ScenarioStage {
    private final Scenario scenario;
    private final VirtualTime time = new VirtualTime();
    private final SimulatedWorld world;
    private final FailingActions failing = new FailingActions();
    private final Heartbeats heartbeats;
    private final ScenarioClock clock;
    private final PlanJournal journal = new InMemoryPlanJournal();
    private final RandomGenerator random;
    private final DecisionLog log = new DecisionLog(ScenarioRun::seconds);
    private final List<FaultReport> missed = new ArrayList<>();
    private CenterProcess process;
    private ManagementCenter center;
    private long sequence;

    private ScenarioRun(Scenario scenario) {
        this.scenario = scenario;
        if (scenario.vmStormGuard().isPresent()
                || !scenario.gatherWindow().isZero()
                || !scenario.sameLabel().isEmpty()
                || !scenario.desired().isEmpty()) {
            throw notSupportedYet();
        }
        this.random = new SplittableRandom(scenario.seed());
        this.world = new SimulatedWorld(scenario.inventory());
        this.heartbeats = new Heartbeats(world);
        this.clock = new ScenarioClock(time, scenario.detection().isPresent(), this::beat);
        this.process = new CenterProcess(time);
        this.center = start(process, scenario.inventory());
    }

    private ManagementCenter start(CenterProcess on, Inventory inventory) {
        SimulatedDatacenter datacenter = world.datacenter();
        ManagementCenter.Builder builder = ManagementCenter.builder()
                .adapter(failing.around(datacenter.hypervisor()))
                .trafficDirector(failing.around(datacenter.trafficDirector()))
                .fencingDevice(failing.around(datacenter.fencingDevice()))
                .databasePromoter(failing.around(datacenter.databasePromoter()))
                .inventory(inventory)
                .failover(scenario.failover())
                .config(scenario.center())
                .journal(journal)
                .random(random)
                .scheduler(on)
                .listener(log)
                .listener(this::hearWhoIsStarted);
        scenario.detection().ifPresent(detection -> builder.detection(detection, heartbeats));
        return builder.build();
    }

    /** A guest that was started anew sends heartbeats again. */
    private void hearWhoIsStarted(HaEvent event) {
        clock.somethingHappened();
        if (event instanceof HaEvent.ActionEnded ended) {
            switch (ended.action().action().kind()) {
                case POWER_ON -> ended.action().action().vm().ifPresent(vm -> hear(new FaultSubject.OfVm(vm)));
                case POWER_OFF, FENCE_HOST, REDIRECT, REALLOCATE, MIGRATE, CLONE, PROMOTE -> {}
            }
        }
    }

    static ScenarioResult run(Scenario scenario) {
        return new ScenarioRun(scenario).run();
    }

    private ScenarioResult run() {
        Timeline timeline = Timeline.of(scenario.events());
        timeline.events().forEach((at, together) -> {
            clock.advanceTo(at);
            together.forEach(event -> event.happen(this));
            clock.settle();
        });
        clock.runToEnd(quiet());
        return ScenarioResult.of(scenario, log, end());
    }

    /** For how long a center may be silent that is still to do something: a guard opens, or a silence becomes a failure. */
    private Duration quiet() {
        Duration guards = scenario.center()
                .stormGuard()
                .map(StormGuard::window)
                .orElse(Duration.ZERO)
                .plus(scenario.vmStormGuard().map(StormGuard::window).orElse(Duration.ZERO))
                .plus(scenario.gatherWindow());
        Duration silence = scenario.detection()
                .map(config ->
                        config.vmLimit().bound().plus(config.startsWithin()).plus(config.lookAgainAfter()))
                .orElse(Duration.ZERO);
        return guards.plus(silence).plus(scenario.center().retry().maxBackoff().multipliedBy(2));
    }

    private void beat() {
        if (process.isAlive()) {
            heartbeats.beat(center::heartbeat);
        }
    }

    @Override
    public void crashCenter() {
        // It dies between two actions, not before it has heard of what happened before.
        clock.settle();
        process.crash();
    }

    /** A new center takes the journal over; place, power and size are as they really are, the rest is in the journal. */
    @Override
    public void restartCenter() {
        if (process.isAlive()) {
            return;
        }
        Inventory known = world.actual();
        for (VirtualMachine vm : world.actual().vms()) {
            known = known.with(ImmutableVirtualMachine.copyOf(vm).withHealth(VmHealth.HEALTHY));
        }
        process = new CenterProcess(time);
        center = start(process, known);
        missed.forEach(center::submit);
        missed.clear();
    }

    @Override
    public void failNext(FailingActions.Failure failure) {
        failing.add(failure);
    }

    @Override
    public void reportVm(VmId vm, FaultKind kind) {
        report(FaultReport.ofVm(vm, kind, time.now(), "monitor:" + vm, sequence++));
    }

    @Override
    public void reportHost(HostId host, FaultKind kind) {
        report(FaultReport.ofHost(host, kind, time.now(), "scenario", sequence++));
    }

    private void report(FaultReport report) {
        world.happens(report);
        if (process.isAlive()) {
            center.submit(report);
        } else {
            missed.add(report);
        }
    }

    @Override
    public void hostUp(HostId host) {
        world.hostUp(host);
        hear(new FaultSubject.OfHost(host));
        center.update(known -> FaultEffects.hostUp(known, host));
    }

    @Override
    public void load(LoadSample sample) {
        world.load(sample.vm(), sample.load());
        center.load(sample);
    }

    @Override
    public void maintenance(HostId host, boolean on) {
        center.maintenance(host, on);
    }

    @Override
    public void repaired(VmId vm) {
        world.repaired(vm);
        hear(new FaultSubject.OfVm(vm));
        center.repaired(vm);
    }

    @Override
    public void replicationLag(VmId vm, Optional<Duration> lag) {
        world.replicationLag(vm, lag);
        center.update(known ->
                known.with(ImmutableVirtualMachine.copyOf(known.requireVm(vm)).withReplicationLag(lag)));
    }

    @Override
    public void approve(PlanId plan) {
        center.approve(plan);
    }

    @Override
    public void reject(PlanId plan) {
        throw notSupportedYet();
    }

    @Override
    public void pause() {
        throw notSupportedYet();
    }

    @Override
    public void resume() {
        throw notSupportedYet();
    }

    @Override
    public void desired(VmId vm, DesiredState state) {
        throw notSupportedYet();
    }

    @Override
    public void resync(Duration asOf) {
        throw notSupportedYet();
    }

    private ScenarioException notSupportedYet() {
        return new ScenarioException(scenario.file() + ": the center does not support that yet");
    }

    @Override
    public void vmMoved(VmId vm, HostId host) {
        world.moved(vm, host);
    }

    @Override
    public void vmResized(VmId vm, Resources allocation) {
        world.resized(vm, allocation);
    }

    @Override
    public void add(DeclaredVm vm) {
        world.add(vm.vm());
        center.update(known -> known.with(vm.vm()));
    }

    @Override
    public void add(Host host) {
        world.add(host);
        center.update(known -> known.with(host));
    }

    @Override
    public void remove(VmId vm) {
        world.remove(vm);
        center.update(known -> known.without(vm));
    }

    @Override
    public void remove(HostId host) {
        world.remove(host);
        center.update(known -> known.without(host));
    }

    @Override
    public void silence(FaultSubject sender) {
        heartbeats.silence(sender);
    }

    @Override
    public void hear(FaultSubject sender) {
        heartbeats.hear(sender);
    }

    /** Power and place as they really are, health as the center knows it. */
    private FinalState end() {
        Inventory known = center.inventory();
        Inventory end = world.actual();
        for (VirtualMachine vm : world.actual().vms()) {
            end = end.with(ImmutableVirtualMachine.copyOf(vm)
                    .withHealth(known.vm(vm.id()).map(VirtualMachine::health).orElse(vm.health())));
        }
        for (Host host : known.hosts()) {
            if (end.host(host.id()).isPresent()) {
                end = end.with(host);
            }
        }
        return new FinalState(end, servedByOthers(), Map.of(), List.of(), List.of());
    }

    private Map<VmId, VmId> servedByOthers() {
        Map<VmId, VmId> others = new TreeMap<>(world.datacenter().routes());
        others.entrySet()
                .removeIf(route -> route.getKey().equals(route.getValue())
                        || world.actual().vm(route.getKey()).isEmpty());
        return others;
    }

    static double seconds(Instant at) {
        return seconds(Duration.between(Instant.EPOCH, at));
    }

    static double seconds(Duration duration) {
        // Not in nanoseconds as a whole, of which a long holds 292 years only.
        return duration.getSeconds() + duration.getNano() / 1e9;
    }
}
