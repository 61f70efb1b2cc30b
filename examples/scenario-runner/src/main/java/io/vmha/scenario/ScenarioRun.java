package io.vmha.scenario;

import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.StormGuard;
import io.vmha.center.config.VmStormGuard;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.LoadSample;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One run of a scenario in a simulated datacenter of its own. Confined to the thread that made it. */
final class ScenarioRun implements ScenarioStage {
    private static final String OPERATOR = "scenario";
    private static final Duration READ_DATABASES_EVERY = Duration.ofSeconds(1);
    private static final int MOST_READINGS = 10_000;

    private final Scenario scenario;
    private final VirtualTime time = new VirtualTime();
    private final SimulatedWorld world;
    private final FailingActions failing = new FailingActions();
    private final Heartbeats heartbeats;
    private final Readings readings;
    private final ToldCenter told;
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
        this.random = new SplittableRandom(scenario.seed());
        this.world = new SimulatedWorld(scenario.inventory(), ScenarioEvent.addedVms(scenario.events()), time::now);
        this.heartbeats = new Heartbeats(world);
        this.readings = new Readings(world);
        this.told = new ToldCenter(scenario.file());
        this.clock = new ScenarioClock(time, scenario.detection().isPresent(), this::beat);
        this.process = new CenterProcess(time);
        this.center = start(process, scenario.inventory());
        // Wanted from the start, before anything else happens.
        scenario.desired().forEach(this::desired);
    }

    private ManagementCenter start(CenterProcess on, Inventory inventory) {
        SimulatedDatacenter datacenter = world.datacenter();
        ManagementCenter.Builder builder = ManagementCenter.builder()
                .adapter(failing.around(datacenter.hypervisor()))
                .trafficDirector(failing.around(datacenter.trafficDirector()))
                .fencingDevice(failing.around(datacenter.fencingDevice()))
                .inventory(inventory)
                .policies(HaPolicies.builder().config(scenario.failover()).build())
                .config(scenario.center())
                .journal(journal)
                .random(random)
                .scheduler(on)
                .listener(log)
                .listener(this::hearWhoIsStarted);
        datacenter
                .databaseClusters()
                .forEach(cluster ->
                        builder.databaseCluster(failing.around(cluster, datacenter::memberOf), readingInterval()));
        scenario.detection().ifPresent(detection -> builder.detection(detection, heartbeats));
        return builder.build();
    }

    /** A guest that was started anew sends heartbeats again. */
    private void hearWhoIsStarted(HaEvent event) {
        clock.somethingHappened();
        if (event instanceof HaEvent.ActionEnded ended) {
            switch (ended.action().action().kind()) {
                case POWER_ON -> ended.action().action().vm().ifPresent(vm -> hear(new FaultSubject.OfVm(vm)));
                case POWER_OFF,
                        FENCE_HOST,
                        REDIRECT,
                        REALLOCATE,
                        MIGRATE,
                        CLONE,
                        PROMOTE,
                        DEMOTE,
                        REJOIN,
                        DELETE_LEFTOVERS -> {}
            }
        }
    }

    /** A scenario of a hundred years is not read each second: databases are read at each effect besides. */
    private Duration readingInterval() {
        Duration last = scenario.events().stream()
                .map(ScenarioEvent::at)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        Duration spread = last.dividedBy(MOST_READINGS);
        return spread.compareTo(READ_DATABASES_EVERY) > 0 ? spread : READ_DATABASES_EVERY;
    }

    static ScenarioResult run(Scenario scenario) {
        return new ScenarioRun(scenario).run();
    }

    private ScenarioResult run() {
        Timeline timeline = Timeline.of(scenario.events());
        timeline.events().forEach((at, together) -> {
            clock.advanceTo(at);
            together.forEach(event -> told.event(() -> event.happen(this)));
            clock.settle();
            if (timeline.kept().contains(at)) {
                told.must(readings.keep(at, center));
                clock.settle();
            }
        });
        clock.runToEnd(quiet());
        told.check();
        return ScenarioResult.of(scenario, log, new ScenarioEnd(world, center, clock).read(journal));
    }

    /** For how long a center may be silent that is still to do something: a guard opens, or a silence becomes a failure. */
    private Duration quiet() {
        CenterConfig config = scenario.center();
        Duration guards = config.stormGuard()
                .map(StormGuard::window)
                .orElse(Duration.ZERO)
                .plus(config.vmStormGuard().map(VmStormGuard::window).orElse(Duration.ZERO))
                .plus(config.gatherWindow());
        Duration silence = scenario.detection()
                .map(detection -> detection
                        .vmLimit()
                        .bound()
                        .plus(detection.startsWithin())
                        .plus(detection.lookAgainAfter()))
                .orElse(Duration.ZERO);
        return guards.plus(silence).plus(config.retry().maxBackoff().multipliedBy(2));
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

    /** A new center takes the journal over; what is observed is as it really is, the rest is in the journal. */
    @Override
    public void restartCenter() {
        if (process.isAlive()) {
            return;
        }
        process = new CenterProcess(time);
        center = start(process, world.actual());
        missed.forEach(report -> told.must(center.submit(report)));
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
            told.must(center.submit(report));
        } else {
            missed.add(report);
        }
    }

    @Override
    public void hostUp(HostId host) {
        world.hostUp(host);
        hear(new FaultSubject.OfHost(host));
        told.must(center.hostUp(host));
    }

    @Override
    public void load(LoadSample sample) {
        world.load(sample.vm(), sample.load());
        told.must(center.load(sample));
    }

    @Override
    public void maintenance(HostId host, boolean on) {
        told.must(center.maintenance(host, on, OPERATOR));
    }

    @Override
    public void repaired(VmId vm) {
        world.repaired(vm);
        hear(new FaultSubject.OfVm(vm));
        told.must(center.repaired(vm));
    }

    @Override
    public void replicationLag(VmId vm, Optional<Duration> lag) {
        world.replicationLag(vm, lag);
        told.must(center.replicationLag(vm, lag));
    }

    @Override
    public void approve(PlanId plan) {
        told.may(center.approve(plan, OPERATOR));
    }

    @Override
    public void reject(PlanId plan) {
        told.may(center.reject(plan, OPERATOR));
    }

    @Override
    public void pause() {
        told.must(center.pause(OPERATOR));
    }

    @Override
    public void resume() {
        told.must(center.resume(OPERATOR));
    }

    @Override
    public void desired(VmId vm, DesiredState state) {
        told.must(center.desired(vm, state, OPERATOR));
    }

    @Override
    public void resync(Duration asOf) {
        if (asOf.equals(clock.sinceStart())) {
            told.must(readings.read(center).thenCompose(Readings.Reading::tell));
        } else {
            readings.kept(asOf, center).ifPresent(reading -> told.must(reading.tell()));
        }
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
        told.must(center.add(vm.vm()));
        vm.desired().ifPresent(state -> desired(vm.vm().id(), state));
    }

    @Override
    public void add(Host host) {
        world.add(host);
        told.must(center.add(host));
    }

    @Override
    public void remove(VmId vm) {
        world.remove(vm);
        told.must(center.remove(vm));
    }

    @Override
    public void remove(HostId host) {
        world.remove(host);
        told.must(center.remove(host));
    }

    @Override
    public void silence(FaultSubject sender) {
        heartbeats.silence(sender);
    }

    @Override
    public void hear(FaultSubject sender) {
        heartbeats.hear(sender);
    }

    static double seconds(Instant at) {
        return seconds(Duration.between(Instant.EPOCH, at));
    }

    static double seconds(Duration duration) {
        // Not in nanoseconds as a whole, of which a long holds 292 years only.
        return duration.getSeconds() + duration.getNano() / 1e9;
    }
}
