package io.vmha.scenario;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.LoadSample;
import io.vmha.sim.SimulatedDatacenter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * One run of a scenario on real machines: faults are only reported, but what is decided is really done to the machines. Load
 * balancer and databases are simulated. An event happens when the plans of the one before are at their end or are held; rows
 * have the times of the scenario. Confined to the thread that made it, but for what the center's loop tells.
 */
final class PlatformRun implements ScenarioStage {
    private static final String OPERATOR = "scenario";
    private static final Duration DISCOVERY = Duration.ofMinutes(1);
    private static final Duration LONGEST_PLAN = Duration.ofMinutes(10);

    private final Scenario scenario;
    private final HypervisorAdapter adapter;
    private final Inventory start;
    private final SimulatedDatacenter around;
    private final DecisionLog log = new DecisionLog(event -> atSeconds());
    private final ManagementCenter center;
    private volatile Duration at = Duration.ZERO;
    private volatile CompletableFuture<Void> held = new CompletableFuture<>();
    private long sequence;

    private PlatformRun(Scenario scenario, HypervisorAdapter adapter) {
        this.scenario = scenario;
        this.adapter = adapter;
        this.start = PlatformInventory.of(scenario.inventory(), discover());
        this.around = new SimulatedDatacenter(start);
        ManagementCenter.Builder builder = ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(around.trafficDirector())
                .inventory(start)
                .policies(HaPolicies.builder().config(scenario.failover()).build())
                .config(scenario.center())
                .journal(new InMemoryPlanJournal())
                .listener(log)
                .listener(event -> {
                    if (event instanceof HaEvent.PlanHeld) {
                        held.complete(null);
                    }
                });
        around.databaseClusters().forEach(cluster -> builder.databaseCluster(cluster, Duration.ofSeconds(1)));
        this.center = builder.build();
    }

    /**
     * Runs it.
     *
     * @throws ScenarioException if an event can only be simulated, or the machines there are not the scenario's; then nothing
     *     was done
     */
    static ScenarioResult run(Scenario scenario, HypervisorAdapter adapter) {
        scenario.events().stream()
                .filter(ScenarioEvent.Simulated.class::isInstance)
                .findFirst()
                .ifPresent(event -> {
                    throw new ScenarioException("scenario \"" + scenario.name() + "\": the event at "
                            + ScenarioRun.seconds(event.at()) + " can only be simulated");
                });
        return new PlatformRun(scenario, adapter).run();
    }

    private ScenarioResult run() {
        try (center) {
            scenario.desired().forEach(this::desired);
            for (ScenarioEvent event : scenario.events()) {
                at = event.at();
                held = new CompletableFuture<>();
                event.happen(this);
            }
            return ScenarioResult.of(
                    scenario,
                    log,
                    new FinalState(
                            end(),
                            servedByOthers(),
                            Map.of(),
                            FinalState.unmet(answer(center.unmet()), since -> atSeconds()),
                            FinalState.held(answer(center.plans()))));
        }
    }

    private Inventory discover() {
        return adapter.discover(CallContext.within(DISCOVERY)).toInventory();
    }

    /** Waits until a plan is at its end, or waits for somebody itself. */
    private void await(CompletionStage<?> plan) {
        try {
            CompletableFuture.anyOf(plan.toCompletableFuture(), held)
                    .orTimeout(LONGEST_PLAN.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new ScenarioException(
                    "scenario \"" + scenario.name() + "\", event at " + atSeconds() + ": " + e.getCause());
        }
    }

    private static <T> T answer(CompletionStage<T> question) {
        return question.toCompletableFuture()
                .orTimeout(LONGEST_PLAN.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private double atSeconds() {
        return ScenarioRun.seconds(at);
    }

    @Override
    public void reportVm(VmId vm, FaultKind kind) {
        await(center.submit(FaultReport.ofVm(vm, kind, Instant.now(), "scenario", sequence++)));
    }

    @Override
    public void reportHost(HostId host, FaultKind kind) {
        await(center.submit(FaultReport.ofHost(host, kind, Instant.now(), "scenario", sequence++)));
    }

    @Override
    public void load(LoadSample sample) {
        await(center.load(sample));
    }

    @Override
    public void maintenance(HostId host, boolean on) {
        await(center.maintenance(host, on, OPERATOR));
    }

    @Override
    public void repaired(VmId vm) {
        await(center.repaired(vm));
    }

    @Override
    public void approve(PlanId plan) {
        await(center.approve(plan, OPERATOR).exceptionally(notHeld -> null));
    }

    @Override
    public void hostUp(HostId host) {
        await(center.hostUp(host));
    }

    @Override
    public void replicationLag(VmId vm, Optional<Duration> lag) {
        await(center.replicationLag(vm, lag));
    }

    @Override
    public void reject(PlanId plan) {
        await(center.reject(plan, OPERATOR).exceptionally(notHeld -> null));
    }

    @Override
    public void pause() {
        await(center.pause(OPERATOR));
    }

    @Override
    public void resume() {
        await(center.resume(OPERATOR));
    }

    @Override
    public void desired(VmId vm, DesiredState state) {
        await(center.desired(vm, state, OPERATOR));
    }

    @Override
    public void failNext(FailingActions.Failure failure) {
        throw onlySimulated();
    }

    @Override
    public void crashCenter() {
        throw onlySimulated();
    }

    @Override
    public void restartCenter() {
        throw onlySimulated();
    }

    @Override
    public void resync(Duration asOf) {
        throw onlySimulated();
    }

    @Override
    public void vmMoved(VmId vm, HostId host) {
        throw onlySimulated();
    }

    @Override
    public void vmResized(VmId vm, Resources allocation) {
        throw onlySimulated();
    }

    @Override
    public void add(DeclaredVm vm) {
        throw onlySimulated();
    }

    @Override
    public void add(Host host) {
        throw onlySimulated();
    }

    @Override
    public void remove(VmId vm) {
        throw onlySimulated();
    }

    @Override
    public void remove(HostId host) {
        throw onlySimulated();
    }

    @Override
    public void silence(FaultSubject sender) {
        throw onlySimulated();
    }

    @Override
    public void hear(FaultSubject sender) {
        throw onlySimulated();
    }

    private static IllegalStateException onlySimulated() {
        return new IllegalStateException("an event that can only be simulated was not refused before anything ran");
    }

    /** What the platform says at the end of the machines that take part; their health as the center knows it. */
    private Inventory end() {
        Inventory known = center.inventory();
        Inventory found = discover();
        Inventory end = known;
        for (VirtualMachine vm : start.vms()) {
            VirtualMachine expected = known.requireVm(vm.id());
            end = end.with(found.vm(vm.id())
                    .map(actual -> expected.withPower(actual.power())
                            .withHost(actual.host())
                            .withAllocation(actual.allocation()))
                    .orElse(expected));
        }
        return end;
    }

    private Map<VmId, VmId> servedByOthers() {
        Map<VmId, VmId> others = new TreeMap<>(around.routes());
        others.entrySet().removeIf(route -> route.getKey().equals(route.getValue()));
        return others;
    }
}
