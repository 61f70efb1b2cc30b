package io.vmha.scenario;

import io.vmha.center.InMemoryPlanJournal;
import io.vmha.center.ManagementCenter;
import io.vmha.center.PlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
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
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** One run of a scenario in a simulated datacenter of its own. Confined to the thread that made it. */
final class ScenarioRun implements ScenarioStage {
    private final Scenario scenario;
    private final VirtualTime time = new VirtualTime();
    private final SimulatedDatacenter datacenter;
    private final FailingActions failing = new FailingActions();
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
        this.datacenter = new SimulatedDatacenter(scenario.inventory());
        this.process = new CenterProcess(time);
        this.center = start(process, scenario.inventory());
    }

    private ManagementCenter start(CenterProcess on, Inventory inventory) {
        return ManagementCenter.builder()
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
                .build();
    }

    @Override
    public void crashCenter() {
        process.crash();
    }

    /** A new center takes the journal over; place, power and size are as they really are, the rest is in the journal. */
    @Override
    public void restartCenter() {
        if (process.isAlive()) {
            return;
        }
        Inventory known = datacenter.actual();
        for (VirtualMachine vm : datacenter.actual().vms()) {
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

    static ScenarioResult run(Scenario scenario) {
        return new ScenarioRun(scenario).run();
    }

    private ScenarioResult run() {
        for (ScenarioEvent event : scenario.events()) {
            time.advanceTo(Instant.EPOCH.plus(event.at()));
            event.happen(this);
            time.advanceTo(time.now());
        }
        time.runToEnd();
        return new ScenarioResult(
                scenario.name(),
                log.decisions(),
                log.actions(),
                finalInventory(),
                servedByOthers(),
                Expectation.failures(scenario.expectations(), log.decisions()));
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
        datacenter.inject(report);
        if (process.isAlive()) {
            center.submit(report);
        } else {
            missed.add(report);
        }
    }

    @Override
    public void load(LoadSample sample) {
        datacenter.change(actual -> actual.with(
                ImmutableVirtualMachine.copyOf(actual.requireVm(sample.vm())).withLoad(sample.load())));
        center.load(sample);
    }

    @Override
    public void maintenance(HostId host, boolean on) {
        center.maintenance(host, on);
    }

    @Override
    public void repaired(VmId vm) {
        datacenter.change(actual -> FaultEffects.vmRepaired(actual, vm));
        center.repaired(vm);
    }

    @Override
    public void approve(PlanId plan) {
        center.approve(plan);
    }

    @Override
    public void change(UnaryOperator<Inventory> change) {
        datacenter.change(change);
        center.update(change);
    }

    /** Power and place as they really are, health as the center knows it. */
    private Inventory finalInventory() {
        Inventory known = center.inventory();
        Inventory end = datacenter.actual();
        for (VirtualMachine vm : datacenter.actual().vms()) {
            end = end.with(ImmutableVirtualMachine.copyOf(vm)
                    .withHealth(known.requireVm(vm.id()).health()));
        }
        for (Host host : known.hosts()) {
            end = end.with(host);
        }
        return end;
    }

    private Map<VmId, VmId> servedByOthers() {
        Map<VmId, VmId> others = new TreeMap<>(datacenter.routes());
        others.entrySet().removeIf(route -> route.getKey().equals(route.getValue()));
        return others;
    }

    static double seconds(Instant at) {
        return Duration.between(Instant.EPOCH, at).toNanos() / 1e9;
    }
}
